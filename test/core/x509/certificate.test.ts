import { X509Certificate } from 'node:crypto';
import { Certificate, DEFAULT_LIMITS, PublicKey } from '@parley/core';
import { readPkiPath } from '@parley/core/internal';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { codeOf } from '../code-of.ts';
import { anyOctets, fromHex, toHex } from '../octets.ts';
import {
  AUTHORITY,
  basicConstraints,
  bitString,
  certificate,
  certificateDer,
  der,
  extension,
  integer,
  keyIdentifierOf,
  NOW_MS,
  objectIdentifier,
  party,
  sequence,
  type Wishes,
} from './issue.ts';

const root = party('O=Example/CN=Root');
const alice = party('O=Example/CN=Alice');
const kinds = [root, party('CN=R', 'rsa'), party('CN=E', 'ed25519')];

describe('RFC 5280 §4.1: a certificate', () => {
  test.each(kinds)('of $subject says what OpenSSL reads in it', (issuer) => {
    const octets = certificateDer(alice, issuer, { serial: 0x80ffn });
    const own = Certificate.read(octets, DEFAULT_LIMITS, 'message');
    const node = new X509Certificate(octets);
    expect(own.serialNumber).toBe(BigInt(`0x${node.serialNumber}`));
    expect(toHex(own.thumbprintSha1())).toBe(node.fingerprint.replaceAll(':', '').toLowerCase());
    expect(own.notBeforeMs).toBe(Date.parse(node.validFrom));
    expect(own.notAfterMs - 999).toBe(Date.parse(node.validTo));
    expect(own.subject.toString()).toBe(node.subject.split('\n').reverse().join(','));
    expect(own.publicKey({ uses: ['signature'] }, 'peer.key-usage').lend((key) => key.equals(node.publicKey))).toBe(
      true,
    );
    const issuerKey = PublicKey.read({ format: 'key-object', key: issuer.publicKey }, { uses: ['signature'] });
    expect([own.isSignedBy(issuerKey), node.verify(issuer.publicKey)]).toEqual([true, true]);
    for (const other of kinds.filter((kind) => kind !== issuer)) {
      const otherKey = PublicKey.read({ format: 'key-object', key: other.publicKey }, { uses: ['signature'] });
      expect(own.isSignedBy(otherKey)).toBe(false);
    }
  });

  test('keeps octets of its own', () => {
    const octets = certificateDer(alice, root);
    const own = Certificate.read(octets, DEFAULT_LIMITS, 'message');
    octets.fill(0);
    expect(own.subject.toString()).toBe('CN=Alice,O=Example');
  });

  test('of version 1 has no extensions', () => {
    const own = certificate(alice, root, { version: new Uint8Array(0), extensions: [] });
    expect(own.extensions).toMatchObject({ isAuthority: false, keyUsage: undefined, forbidden: [] });
  });

  test('at certificateBytesMax, and one octet above', () => {
    const octets = certificateDer(alice, root);
    expect(codeOf(() => Certificate.read(octets, { certificateBytesMax: octets.length }, 'message'))).toBeUndefined();
    expect(codeOf(() => Certificate.read(octets, { certificateBytesMax: octets.length - 1 }, 'message'))).toBe(
      'peer.limit-certificates',
    );
  });

  const nothing = new Uint8Array(0);
  test.each<[string, Wishes]>([
    ['version 2', { version: der(0xa0, integer(1)) }],
    ['version 4', { version: der(0xa0, integer(3)) }],
    ['version 1 with extensions', { version: nothing }],
    ['something else in place of the version', { version: sequence() }],
    ['another algorithm inside than outside', { innerAlgorithm: sequence(objectIdentifier('1.2.840.10045.4.3.3')) }],
    ['an extension twice', { extensions: [basicConstraints(true), basicConstraints(true)] }],
    ['a path length below zero', { extensions: [extension('2.5.29.19', fromHex('30060101ff0201ff'), true)] }],
    ['a path length without an authority', { extensions: [basicConstraints(false, 0)] }],
    ['something behind an extension', { extensions: [extension('2.5.29.14', fromHex('0401aa00'))] }],
    ['an extension that is another type', { extensions: [extension('2.5.29.15', fromHex('0401aa'))] }],
    ['an empty list of extensions that is no list', { extensions: [nothing, der(5)] }],
    ['65 extensions', { extensions: Array.from({ length: 65 }, (_, i) => extension(`1.2.3.${i}`, nothing)) }],
  ])('with %s is refused', (_, wishes) => {
    expect(codeOf(() => certificate(alice, root, wishes))).toBe('peer.certificate-malformed');
  });

  test('with a serial number of 20 octets is read; below zero, or longer, it is refused', () => {
    expect(certificate(alice, root, { serial: 2n ** 159n }).serialNumber).toBe(2n ** 159n);
    expect(codeOf(() => certificate(alice, root, { serial: 2n ** 168n }))).toBe('peer.certificate-malformed');
    const octets = certificateDer(alice, root, { serial: 0x55 });
    const at = Buffer.from(octets).indexOf(Buffer.from('020155', 'hex'));
    octets[at + 2] = 0xff;
    expect(codeOf(() => Certificate.read(octets, DEFAULT_LIMITS, 'message'))).toBe('peer.certificate-malformed');
  });

  test('with a key that is none is refused once the key is wanted', () => {
    const publicKeyInfo = sequence(sequence(objectIdentifier('1.2.840.10045.2.1')), bitString(new Uint8Array(3)));
    const own = certificate(alice, root, { publicKeyInfo });
    expect(codeOf(() => own.publicKey({ uses: ['signature'] }, 'peer.key-usage'))).toBe('peer.certificate-malformed');
  });

  test('cut off, with something behind, or of any octets, is refused', () => {
    const octets = certificateDer(alice, root);
    for (let end = 0; end < octets.length; end += 5) {
      expect(codeOf(() => Certificate.read(octets.subarray(0, end), DEFAULT_LIMITS, 'message'))).toBe(
        'peer.certificate-malformed',
      );
    }
    const more = Uint8Array.of(...octets, 0);
    expect(codeOf(() => Certificate.read(more, DEFAULT_LIMITS, 'message'))).toBe('peer.certificate-malformed');
    fc.assert(
      fc.property(anyOctets(80), (any) => {
        expect(codeOf(() => Certificate.read(any, DEFAULT_LIMITS, 'message'))).toBe('peer.certificate-malformed');
      }),
    );
  });

  test('with any octet changed is refused, or not signed any more', () => {
    const octets = certificateDer(alice, root);
    const rootKey = PublicKey.read({ format: 'key-object', key: root.publicKey }, { uses: ['signature'] });
    for (let at = 0; at < octets.length; at++) {
      const changed = octets.slice();
      changed[at]! ^= 1 << (at & 7);
      const code = codeOf(() => {
        expect(Certificate.read(changed, DEFAULT_LIMITS, 'message').isSignedBy(rootKey), `octet ${at}`).toBe(false);
      });
      expect([undefined, 'peer.certificate-malformed']).toContain(code);
    }
  });
});

describe('WS-Security X.509 token profile §3.2: references', () => {
  const identifier = keyIdentifierOf(alice);
  const own = certificate(alice, root, { serial: 255, extensions: [extension('2.5.29.14', der(4, identifier))] });

  test('the SubjectKeyIdentifier is the content of the extension', () => {
    expect(toHex(own.subjectKeyIdentifier ?? new Uint8Array(0))).toBe(toHex(identifier));
    expect(certificate(alice, root).subjectKeyIdentifier).toBeUndefined();
  });

  test('issuer and serial number are compared as a name and a number', () => {
    const written = ['CN=Root,O=Example', 'cn=root, o=example', 'OID.2.5.4.3="Root", O=Example', 'O=Example, CN=Root'];
    for (const issuer of written) {
      for (const serial of ['255', '0255']) expect(own.hasIssuerSerial(issuer, serial)).toBe(true);
    }
    expect(own.hasIssuerSerial('CN=Root,O=Example', '256')).toBe(false);
    expect(own.hasIssuerSerial('CN=Alice,O=Example', '255')).toBe(false);
  });

  test('T18: a serial number is decimal digits', () => {
    for (const serial of ['', '0xff', '2.55e2', '-1', ' 255', '255 ', '１', '9'.repeat(50)]) {
      expect(
        codeOf(() => own.hasIssuerSerial('CN=Root,O=Example', serial)),
        serial,
      ).toBe('peer.encoding-invalid');
    }
    expect(codeOf(() => own.hasIssuerSerial('Root', '255'))).toBe('peer.encoding-invalid');
  });
});

test('PEM: all certificates of a file', () => {
  const pem = [certificateDer(root, root), certificateDer(alice, root)].map((octets) =>
    new X509Certificate(octets).toString(),
  );
  const text = new TextEncoder().encode(`Alice's chain\n${pem.join('between\n')}`);
  const read = Certificate.readPem(text, DEFAULT_LIMITS);
  expect(read.map((own) => own.subject.toString())).toEqual(['CN=Root,O=Example', 'CN=Alice,O=Example']);
  expect(Certificate.readPem(new Uint8Array(0), DEFAULT_LIMITS)).toEqual([]);
  const broken = new TextEncoder().encode('-----BEGIN CERTIFICATE-----\nAAA\n-----END CERTIFICATE-----');
  expect(codeOf(() => Certificate.readPem(broken, DEFAULT_LIMITS))).toBe('caller.keys-invalid');
});

describe('X.509 PKIPath', () => {
  const middle = party('O=Example/CN=Middle');
  const chain = [
    certificateDer(root, root),
    certificateDer(middle, root, { extensions: AUTHORITY }),
    certificateDer(alice, middle),
  ];

  test('the signer stands last in it, and comes first out of it', () => {
    const path = readPkiPath(sequence(...chain), DEFAULT_LIMITS);
    expect(path.map((own) => own.subject.toString())).toEqual([
      'CN=Alice,O=Example',
      'CN=Middle,O=Example',
      'CN=Root,O=Example',
    ]);
    expect(readPkiPath(sequence(chain[2] as Uint8Array), DEFAULT_LIMITS)).toHaveLength(1);
  });

  test('empty, in another order, or with something else in it, is refused', () => {
    const [first, second, third] = chain as [Uint8Array, Uint8Array, Uint8Array];
    const bad = [
      [],
      [third, second, first],
      [first, third],
      [first, der(5)],
      [first, second, third, new Uint8Array(1)],
    ];
    for (const parts of bad) {
      expect(codeOf(() => readPkiPath(sequence(...parts), DEFAULT_LIMITS))).toBe('peer.certificate-malformed');
    }
    const more = Uint8Array.of(...sequence(...chain), 0);
    expect(codeOf(() => readPkiPath(more, DEFAULT_LIMITS))).toBe('peer.certificate-malformed');
  });

  test('at certificatesMax, and one above', () => {
    const limits = (certificatesMax: number) => ({ ...DEFAULT_LIMITS, certificatesMax });
    expect(readPkiPath(sequence(...chain), limits(3))).toHaveLength(3);
    expect(codeOf(() => readPkiPath(sequence(...chain), limits(2)))).toBe('peer.limit-certificates');
    expect(codeOf(() => readPkiPath(sequence(...chain), { ...DEFAULT_LIMITS, certificateBytesMax: 100 }))).toBe(
      'peer.limit-certificates',
    );
  });
});

test('validity is in whole seconds, the last one included', () => {
  const own = certificate(alice, root, { notAfterMs: NOW_MS });
  expect(own.notAfterMs).toBe(NOW_MS + 999);
});
