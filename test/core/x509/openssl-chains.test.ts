// Certificates that OpenSSL made, and what it says of them.
import { readFileSync } from 'node:fs';
import { Certificate, DEFAULT_LIMITS, RevocationList, Trust, type TrustOptions } from '@parley/core';
import { readPkiPath } from '@parley/core/internal';
import { describe, expect, test } from 'vitest';
import { codeOf } from '../code-of.ts';
import { readVectors, toHex } from '../octets.ts';
import { sequence } from './issue.ts';

interface Expected {
  readonly alice: {
    readonly issuerRfc2253: string;
    readonly serialNumber: string;
    readonly subjectKeyIdentifier: string;
    readonly thumbprintSha1: string;
  };
  readonly chains: Readonly<Record<string, string>>;
  readonly chainsWithLists: Readonly<Record<string, string>>;
}

const AT_MS = Date.UTC(2030, 0, 1);
const expected = readVectors<Expected>('x509-openssl/expected.json');

function octets(file: string): Uint8Array {
  return readFileSync(new URL(`../../vectors/x509-openssl/${file}`, import.meta.url));
}

function read(name: string): Certificate {
  return Certificate.read(octets(`${name}.der`), DEFAULT_LIMITS);
}

function codeFor(name: string, options: Partial<TrustOptions>): string {
  const trust = new Trust({ anchors: [read('root')], revocation: 'if-listed', ...options });
  const others = ['lower', 'constrained', 'middle'].map(read);
  const request = { atMs: AT_MS, use: 'signature', limits: DEFAULT_LIMITS } as const;
  return codeOf(() => trust.validate(read(name), others, request)) ?? 'OK';
}

describe('what OpenSSL reads in a certificate', () => {
  const alice = read('alice');

  test('is what we read', () => {
    expect(alice.subject.toString()).toBe('CN=alice,O=Parley Test,C=CH');
    expect(toHex(alice.subjectKeyIdentifier ?? new Uint8Array(0))).toBe(expected.alice.subjectKeyIdentifier);
    expect(toHex(alice.thumbprintSha1())).toBe(expected.alice.thumbprintSha1);
    expect(alice.hasIssuerSerial(expected.alice.issuerRfc2253, expected.alice.serialNumber)).toBe(true);
    expect(alice.hasIssuerSerial('C=CH,O=Parley Test,CN=middle', expected.alice.serialNumber)).toBe(true);
    expect(alice.hasIssuerSerial('C=CH,CN=middle,O=Parley Test', expected.alice.serialNumber)).toBe(false);
  });

  test('PEM and PKIPath hold the same', () => {
    const [fromPem] = Certificate.readPem(octets('alice.pem'), DEFAULT_LIMITS);
    expect(fromPem?.equals(alice)).toBe(true);
    const path = readPkiPath(
      sequence(...['root', 'middle', 'alice'].map((name) => octets(`${name}.der`))),
      DEFAULT_LIMITS,
    );
    expect(path.map((own) => own.subject.toString().split(',')[0])).toEqual(['CN=alice', 'CN=middle', 'CN=Root']);
  });
});

describe('what OpenSSL says of a chain', () => {
  const codes: Readonly<Record<string, string>> = {
    OK: 'OK',
    'path length constraint exceeded': 'peer.certificate-untrusted',
    'certificate revoked': 'peer.certificate-revoked',
  };

  // It takes name constraints into account, which a chain of ours must not have.
  test.each(Object.entries(expected.chains))('%s: %s', (name, answer) => {
    expect(codeFor(name, {})).toBe(name === 'dave' ? 'peer.certificate-untrusted' : codes[answer]);
  });

  test.each(Object.entries(expected.chainsWithLists))('with revocation lists, %s: %s', (name, answer) => {
    const revocationLists = ['root.crl', 'middle.crl'].map((file) => RevocationList.read(octets(file)));
    expect(codeFor(name, { revocation: 'required', revocationLists })).toBe(codes[answer]);
  });
});
