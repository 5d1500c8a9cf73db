/** What each builder writes is its own canonical form, says what it was given, and lets nothing out of a value. */
import type { Tape } from '@parley/codec';
import { attributeText, localNameOf, OctetSink, textOf, XmlWriter } from '@parley/codec';
import { E, ELEMENT_WORDS, Namespace } from '@parley/codec/internal';
import type { Version } from '@parley/core';
import { DEFAULT_LIMITS, digestAlgorithm, Secret } from '@parley/core';
import {
  cipherAlgorithm,
  KEY_WRAP_ALGORITHMS,
  keyTransport,
  keyTransportAlgorithm,
  macAlgorithm,
  readPkiPath,
  signatureAlgorithm,
} from '@parley/core/internal';
import { policyOf } from '@parley/engine';
import {
  openSecurity,
  readPasswordText,
  readSecurityContextToken,
  readTokenReference,
  readUsernameToken,
  writeUsernameToken,
} from '@parley/engine/internal';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readSignatureConfirmation } from '../../../packages/engine/src/claims/signature-confirmation.ts';
import { readHeaderRouting } from '../../../packages/engine/src/message/header-routing.ts';
import {
  type CertificateReference,
  writeCertificateReference,
  writeCertificateToken,
} from '../../../packages/engine/src/write/certificate-reference.ts';
import { writeDerivedKeyToken } from '../../../packages/engine/src/write/derived-key-token.ts';
import { writeEncryptedData, writeReferenceList } from '../../../packages/engine/src/write/encrypted-data.ts';
import { openEncryptedHeader } from '../../../packages/engine/src/write/encrypted-header.ts';
import { writeEncryptedKey, writeKeyName } from '../../../packages/engine/src/write/encrypted-key.ts';
import { writeSecurityContextToken } from '../../../packages/engine/src/write/security-context-token.ts';
import { openSignedInfo, writeSignature } from '../../../packages/engine/src/write/signature.ts';
import { writeSignatureConfirmation } from '../../../packages/engine/src/write/signature-confirmation.ts';
import { writeTimestamp } from '../../../packages/engine/src/write/timestamp.ts';
import {
  writeContextReference,
  writeDerivedKeyReference,
  writeEncryptedKeyReference,
  writeUsernameTokenReference,
} from '../../../packages/engine/src/write/token-reference.ts';
import { writePasswordKeyToken } from '../../../packages/engine/src/write/username-token.ts';
import { canonicalText, read, textOfOctets } from '../../codec/support/reading.ts';
import { xmlText } from '../../codec/support/written-tree.ts';
import { certificate, der, END_ENTITY, extension, keyIdentifierOf, party } from '../../core/x509/issue.ts';

const versions = fc.constantFrom<Version>('200512', '200502');
const nonces = fc.uint8Array({ minLength: 16, maxLength: 40 });
const instances = fc.option(xmlText, { nil: undefined });
const references = fc.oneof(
  xmlText.map((tokenId) => ({ tokenId })),
  fc.record({ identifier: xmlText, instance: instances }),
);
const root = party('O=Example & Söhne/CN=Root "1", <R>');
const alice = party('CN=Alice');
const keyIdentifier = extension('2.5.29.14', der(4, keyIdentifierOf(alice)));
const path = [
  certificate(alice, root, { serial: 2n ** 150n, extensions: [...END_ENTITY, keyIdentifier] }),
  certificate(root, root),
] as const;
const EPOCH_MS_MAX = Date.UTC(9999, 11, 31);

/** Writes, and gives the tape of what was written, after the law that holds for every builder. */
function lawful(write: (writer: XmlWriter) => void): Tape {
  const writer = new XmlWriter();
  write(writer);
  const document = writer.take();
  const tape = read(document);
  expect(canonicalText(tape, 0)).toBe(textOfOctets(document));
  return tape;
}

/** Local names and texts of the elements without children, in document order. */
function leaves(tape: Tape): Array<readonly [string, string]> {
  return Array.from({ length: tape.elementCount }, (_, element) => element)
    .filter((element) => tape.elements[element * ELEMENT_WORDS + E.next] === element + 1)
    .map((element) => [localNameOf(tape, element), textOf(tape, element)] as const);
}

/** Values of all attributes, in document order. */
function values(tape: Tape): string[] {
  return Array.from({ length: tape.attributeCount }, (_, attribute) => attributeText(tape, attribute));
}

describe('every builder', () => {
  test('wsu:Timestamp', () => {
    fc.assert(
      fc.property(xmlText, fc.nat(EPOCH_MS_MAX), fc.nat(EPOCH_MS_MAX), (id, createdAtMs, expiresAtMs) => {
        const tape = lawful((writer) => writeTimestamp(writer, id, createdAtMs, expiresAtMs));
        expect(values(tape)).toEqual([id]);
        expect(leaves(tape)).toEqual([
          ['Created', new Date(createdAtMs).toISOString()],
          ['Expires', new Date(expiresAtMs).toISOString()],
        ]);
      }),
    );
  });

  test('wsc:SecurityContextToken', () => {
    fc.assert(
      fc.property(versions, xmlText, xmlText, instances, (version, id, identifier, instance) => {
        const tape = lawful((writer) => writeSecurityContextToken(writer, version, id, identifier, instance));
        expect(values(tape)).toEqual([id]);
        const expected = [['Identifier', identifier]];
        if (instance !== undefined) expected.push(['Instance', instance]);
        expect(leaves(tape)).toEqual(expected);
      }),
    );
  });

  test('wsse:UsernameToken, as its reader sees it', () => {
    const passwords = xmlText.filter((text) => !text.includes('\r'));
    const names = passwords.filter((name) => name !== '');
    const types = fc.constantFrom('none' as const, 'text' as const, 'digest' as const);
    fc.assert(
      fc.property(xmlText, names, passwords, types, nonces, (id, username, word, passwordType, nonce) => {
        const password = Secret.copyOf(new TextEncoder().encode(word));
        const proof = { passwordType, password, nonce, atMs: 0 };
        const tape = lawful((writer) => writeUsernameToken(writer, id, username, proof));
        const claim = readUsernameToken(tape, 0, DEFAULT_LIMITS);
        const isDigest = passwordType === 'digest';
        expect(claim).toMatchObject({
          username,
          nonce: isDigest ? nonce : undefined,
          created: isDigest ? { text: '1970-01-01T00:00:00.000Z', atMs: 0 } : undefined,
          key: undefined,
        });
        expect(claim.password?.type).toBe(passwordType === 'none' ? undefined : passwordType);
        if (passwordType !== 'text') return;
        const read = readPasswordText(tape, claim.password!.element, DEFAULT_LIMITS);
        expect(read.lend((octets) => new TextDecoder().decode(octets))).toBe(word);
      }),
    );
  });

  test('wsse:UsernameToken with a salt, and the reference to it', () => {
    const salts = fc.uint8Array({ minLength: 16, maxLength: 16 });
    const counts = fc.integer({ min: 1000, max: 10_000 });
    fc.assert(
      fc.property(xmlText, xmlText, salts, counts, (id, username, salt, iterations) => {
        fc.pre(username !== '' && !username.includes('\r'));
        const tape = lawful((writer) => writePasswordKeyToken(writer, id, username, { salt, iterations }));
        expect(readUsernameToken(tape, 0, DEFAULT_LIMITS)).toMatchObject({ username, key: { salt, iterations } });
        expect(values(lawful((writer) => writeUsernameTokenReference(writer, id)))[0]).toBe(`#${id}`);
      }),
    );
  });

  test('wsc:SecurityContextToken, as its reader sees it', () => {
    const tape = lawful((writer) => writeSecurityContextToken(writer, '200512', '_0', 'urn:uuid:é', 'urn:uuid:1'));
    expect(readSecurityContextToken(tape, 0, DEFAULT_LIMITS)).toMatchObject({
      identifier: 'urn:uuid:é',
      instance: 'urn:uuid:1',
    });
  });

  test('wsc:DerivedKeyToken, Length behind Offset, or both left to their defaults', () => {
    const lengths = fc.oneof(fc.nat(64), fc.constant(32));
    const style = fc.constantFrom('written', 'omitted' as const);
    fc.assert(
      fc.property(
        versions,
        xmlText,
        references,
        lengths,
        nonces,
        style,
        (version, id, base, lengthBytes, nonce, defaults) => {
          const writeBase = (writer: XmlWriter): void => writeContextReference(writer, version, base);
          const parts = { id, writeBase, lengthBytes, nonce, defaults };
          const tape = lawful((writer) => writeDerivedKeyToken(writer, version, parts));
          const isSpelt = defaults === 'written' || lengthBytes !== 32;
          expect(leaves(tape)).toEqual([
            ['Reference', ''],
            ...(isSpelt
              ? [
                  ['Offset', '0'],
                  ['Length', String(lengthBytes)],
                ]
              : []),
            ['Nonce', Buffer.from(nonce).toString('base64')],
          ]);
        },
      ),
    );
  });

  test('wsse11:SignatureConfirmation, as its reader sees it', () => {
    fc.assert(
      fc.property(xmlText, fc.option(fc.uint8Array({ minLength: 1 }), { nil: undefined }), (id, octets) => {
        const value = octets && Buffer.from(octets).toString('base64');
        const tape = lawful((writer) => writeSignatureConfirmation(writer, id, value));
        expect(values(tape)).toEqual(value === undefined ? [id] : [value, id]);
        expect(readSignatureConfirmation(tape, 0)).toBe(value);
      }),
    );
  });

  test('wsse11:EncryptedHeader and wsse:Security, with what they say to every node', () => {
    const maybe = fc.option(xmlText, { nil: undefined });
    const routing = fc.record({ mustUnderstand: maybe, role: maybe, relay: maybe });
    fc.assert(
      fc.property(
        fc.constantFrom('1.1', '1.2' as const),
        xmlText,
        routing,
        fc.boolean(),
        (version, id, said, mandatory) => {
          const soap = version === '1.1' ? Namespace.soap11 : Namespace.soap12;
          const header = lawful((writer) => {
            openEncryptedHeader(writer, version, id, said);
            writer.close();
          });
          const relay = version === '1.1' ? undefined : said.relay;
          expect(readHeaderRouting(header, 0, soap)).toEqual({ ...said, relay });
          const security = lawful((writer) => {
            openSecurity(writer, version, { mustUnderstand: mandatory, role: said.role });
            writer.close();
          });
          const mustUnderstand = mandatory ? '1' : undefined;
          expect(readHeaderRouting(security, 0, soap)).toEqual({ mustUnderstand, role: said.role, relay: undefined });
        },
      ),
    );
  });

  test('wsse:SecurityTokenReference to a context, with and without an implied key', () => {
    const implied = fc.option(fc.record({ nonce: nonces, lengthBytes: fc.nat(64) }), { nil: undefined });
    fc.assert(
      fc.property(versions, references, implied, (version, reference, key) => {
        const tape = lawful((writer) => writeContextReference(writer, version, reference, key));
        const uri = 'tokenId' in reference ? `#${reference.tokenId}` : reference.identifier;
        const instance = 'tokenId' in reference ? undefined : reference.instance;
        const derivation =
          key === undefined ? [] : [String(key.lengthBytes), Buffer.from(key.nonce).toString('base64')];
        expect(values(tape).filter((value) => !value.endsWith('/sct'))).toEqual(
          [...derivation, uri, ...(instance === undefined ? [] : [instance])].filter(
            (value) => !value.endsWith('/sct'),
          ),
        );
      }),
    );
  });

  test('wsse:SecurityTokenReference, as its reader sees it', () => {
    const name = { identifier: 'urn:uuid:1&2', instance: 'urn:uuid:3' };
    const tape = lawful((writer) => writeContextReference(writer, '200502', name));
    expect(readTokenReference(tape, 0, policyOf('strict'))).toMatchObject({ ...name, version: '200502' });
  });

  test('wsse:SecurityTokenReference to a derived key', () => {
    fc.assert(
      fc.property(versions, xmlText, (version, id) => {
        expect(values(lawful((writer) => writeDerivedKeyReference(writer, version, id)))[0]).toBe(`#${id}`);
      }),
    );
  });

  const [signer] = path;
  const base64 = (octets: Uint8Array): string => Buffer.from(octets).toString('base64');
  const named: ReadonlyArray<readonly [CertificateReference, leaf: string, text: string]> = [
    ['direct', 'Reference', ''],
    ['pki-path', 'Reference', ''],
    ['embedded', 'BinarySecurityToken', base64(signer.der)],
    ['subject-key-identifier', 'KeyIdentifier', base64(keyIdentifierOf(alice))],
    ['thumbprint', 'KeyIdentifier', base64(signer.thumbprintSha1())],
    ['issuer-serial', 'X509SerialNumber', String(2n ** 150n)],
  ];
  test.each(named)('wsse:SecurityTokenReference to a certificate: %s', (reference, leaf, text) => {
    fc.assert(
      fc.property(xmlText, fc.option(xmlText, { nil: undefined }), (tokenId, id) => {
        const tape = lawful((writer) => writeCertificateReference(writer, { path, reference, tokenId, id }));
        if (id !== undefined) expect(values(tape)[0]).toBe(id);
        expect(leaves(tape).at(-1)).toEqual([leaf, text]);
        expect(values(tape).includes(`#${tokenId}`)).toBe(leaf === 'Reference');
        if (reference === 'issuer-serial') expect(signer.hasIssuerSerial(leaves(tape)[0]![1], text)).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  test.each(['direct', 'pki-path'] as const)('wsse:BinarySecurityToken: %s', (reference) => {
    fc.assert(
      fc.property(xmlText, (id) => {
        const tape = lawful((writer) => writeCertificateToken(writer, id, path, reference));
        const octets = Buffer.from(textOf(tape, 0), 'base64');
        expect(values(tape).at(-1)).toBe(id);
        if (reference === 'direct') expect(octets.equals(signer.der)).toBe(true);
        else
          expect(readPkiPath(octets, DEFAULT_LIMITS).map(({ der: read }) => read)).toEqual(path.map((one) => one.der));
      }),
      { numRuns: 20 },
    );
  });

  test('wsse:SecurityTokenReference to an EncryptedKey', () => {
    const anyReference = fc.oneof(
      xmlText.map((tokenId) => ({ tokenId })),
      fc.uint8Array({ minLength: 20, maxLength: 20 }).map((sha1) => ({ sha1 })),
    );
    fc.assert(
      fc.property(anyReference, (reference) => {
        const tape = lawful((writer) => writeEncryptedKeyReference(writer, reference));
        if ('tokenId' in reference) expect(values(tape).at(-1)).toBe(`#${reference.tokenId}`);
        else expect(leaves(tape)).toEqual([['KeyIdentifier', base64(reference.sha1)]]);
      }),
    );
  });

  test('xenc:EncryptedKey, of any method, with and without a ReferenceList', () => {
    const hashes = fc.constantFrom('sha1', 'sha256', 'sha384', 'sha512');
    const methods = fc.oneof(
      fc.constant(keyTransport(keyTransportAlgorithm('rsa-1_5'))),
      hashes.map((hash) => keyTransport(keyTransportAlgorithm('rsa-oaep-mgf1p'), { hash })),
      fc
        .record({ hash: hashes, maskHash: hashes, label: fc.uint8Array({ maxLength: 20 }) })
        .map((parameters) => keyTransport(keyTransportAlgorithm('rsa-oaep'), parameters)),
      fc.constantFrom(...KEY_WRAP_ALGORITHMS),
    );
    const ids = fc.array(xmlText, { maxLength: 2 });
    fc.assert(
      fc.property(xmlText, methods, xmlText, ids, fc.uint8Array(), (id, method, keyName, dataIds, octets) => {
        const writeKeyInfo = (writer: XmlWriter): void => writeKeyName(writer, keyName);
        const tape = lawful((writer) => writeEncryptedKey(writer, { id, method, writeKeyInfo, dataIds }, octets));
        const uri = 'uri' in method ? method.uri : method.algorithm.uri;
        expect(values(tape).slice(0, 2)).toEqual([id, uri]);
        expect(leaves(tape)).toContainEqual(['KeyName', keyName]);
        expect(leaves(tape)).toContainEqual(['CipherValue', base64(octets)]);
        expect(values(tape).slice(values(tape).length - dataIds.length)).toEqual(dataIds.map((one) => `#${one}`));
        const { oaep } = 'uri' in method ? { oaep: undefined } : method;
        const label = oaep !== undefined && oaep.label.length > 0 ? [['OAEPparams', base64(oaep.label)]] : [];
        expect(leaves(tape).filter(([name]) => name === 'OAEPparams')).toEqual(label);
      }),
    );
  });

  test('xenc:EncryptedData, of any length', () => {
    const data = fc.oneof(fc.uint8Array({ maxLength: 50 }), fc.uint8Array({ minLength: 1020, maxLength: 1040 }));
    fc.assert(
      fc.property(xmlText, fc.constantFrom('Content', 'Element'), references, data, (id, target, key, octets) => {
        const cipher = cipherAlgorithm('aes256-gcm');
        const writeReference = (writer: XmlWriter): void => writeContextReference(writer, '200512', key);
        const tape = lawful((writer) => writeEncryptedData(writer, { id, target, cipher, writeReference }, octets));
        expect(values(tape).slice(0, 3)).toEqual([id, `http://www.w3.org/2001/04/xmlenc#${target}`, cipher.uri]);
        expect(leaves(tape).at(-1)).toEqual(['CipherValue', Buffer.from(octets).toString('base64')]);
      }),
    );
  });

  test('xenc:ReferenceList', () => {
    fc.assert(
      fc.property(fc.array(xmlText, { minLength: 1, maxLength: 3 }), (ids) => {
        expect(values(lawful((writer) => writeReferenceList(writer, ids)))).toEqual(ids.map((id) => `#${id}`));
      }),
    );
  });

  test('ds:Signature, whose SignedInfo alone is what is signed', () => {
    const signed = fc.record({
      id: xmlText,
      isDereferenced: fc.boolean(),
      digestBase64: fc.base64String({ maxLength: 44 }),
    });
    const signedParts = fc.array(signed, { minLength: 1, maxLength: 4 });
    const methods = fc.constantFrom(macAlgorithm('hmac-sha256'), signatureAlgorithm('rsa-pss-sha384'));
    fc.assert(
      fc.property(xmlText, methods, signedParts, references, (id, method, parts, key) => {
        let signedOctets = '';
        const tape = lawful((writer) =>
          writeSignature(writer, {
            id,
            signedInfo: {
              method,
              digest: digestAlgorithm('sha256'),
              references: parts,
            },
            valueBase64: (start, end) => {
              const sink = new OctetSink();
              openSignedInfo(new XmlWriter(sink));
              sink.write(writer.sink.bytes, start, end);
              signedOctets = textOfOctets(sink.take());
              return 'bWFj';
            },
            writeReference: (inner) => writeContextReference(inner, '200502', key),
          }),
        );
        expect(localNameOf(tape, 1)).toBe('SignedInfo');
        expect(signedOctets).toBe(canonicalText(tape, 1));
        expect(values(tape)[0]).toBe(id);
        const digests = leaves(tape).filter(([name]) => name === 'DigestValue');
        expect(digests.map(([, text]) => text)).toEqual(parts.map((part) => part.digestBase64));
      }),
    );
  });

  test.each(['1.1', '1.2'] as const)('wsse:Security of SOAP %s', (version) => {
    expect(
      values(
        lawful((writer) => {
          openSecurity(writer, version);
          writer.close();
        }),
      ),
    ).toEqual(['1']);
  });
});
