/** extendedKeyUsage, critical or not (RFC 5280 §4.2.1.12), as a table of what which purposes let a certificate do. */
import type { Certificate, KeyPurpose } from '@parley/core';
import { DEFAULT_LIMITS, Trust } from '@parley/core';
import { describe, expect, test } from 'vitest';
import { codeOf } from '../code-of.ts';
import { AUTHORITY, certificate, END_ENTITY, extension, NOW_MS, objectIdentifier, party, sequence } from './issue.ts';

const root = party('CN=Root');
const middle = party('CN=Middle');
const alice = party('CN=Alice', 'rsa');

const SERVER = '1.3.6.1.5.5.7.3.1';
const CLIENT = '1.3.6.1.5.5.7.3.2';
const CODE = '1.3.6.1.5.5.7.3.3';
const MAIL = '1.3.6.1.5.5.7.3.4';
const DOCUMENT = '1.3.6.1.5.5.7.3.36';
const ANY = '2.5.29.37.0';

function extendedKeyUsage(purposes: readonly string[], isCritical: boolean): Uint8Array {
  return extension('2.5.29.37', sequence(...purposes.map(objectIdentifier)), isCritical);
}

function codeFor(chain: readonly [Certificate, ...Certificate[]], purposes?: readonly KeyPurpose[] | 'any'): string {
  const [leaf, ...others] = chain;
  const trust = new Trust({ anchors: [certificate(root, root)], revocation: 'if-listed', purposes });
  const codes = (['signature', 'encryption'] as const).map(
    (use) => codeOf(() => trust.validate(leaf, others, { atMs: NOW_MS, use, limits: DEFAULT_LIMITS })) ?? 'trusted',
  );
  expect(codes[0]).toBe(codes[1]);
  return codes[0]!;
}

describe.each([true, false])('critical: %s', (isCritical) => {
  const leaf = (purposes: readonly string[]): Certificate =>
    certificate(alice, root, { extensions: [...END_ENTITY, extendedKeyUsage(purposes, isCritical)] });

  test.each([
    [[CLIENT], 'trusted'],
    [[MAIL], 'trusted'],
    [[DOCUMENT], 'trusted'],
    [[ANY], 'trusted'],
    [[SERVER, CLIENT], 'trusted'],
    [[SERVER], 'peer.key-usage'],
    [[CODE, SERVER], 'peer.key-usage'],
    [['1.2.3.4'], 'peer.key-usage'],
  ] as const)('%j by default: %s', (purposes, code) => {
    expect(codeFor([leaf(purposes)])).toBe(code);
    expect(codeFor([leaf(purposes)], 'any')).toBe('trusted');
  });

  test.each([
    [[SERVER], ['serverAuth'], 'trusted'],
    [[SERVER], [SERVER], 'trusted'],
    [['1.2.3.4'], ['1.2.3.4'], 'trusted'],
    [[CLIENT], ['serverAuth'], 'peer.key-usage'],
    [[ANY], [], 'trusted'],
    [[CLIENT], [], 'peer.key-usage'],
  ] as const)('%j where the trust names %j: %s', (purposes, named, code) => {
    expect(codeFor([leaf(purposes)], named)).toBe(code);
  });

  test('holds for the authorities above it, too', () => {
    const below = certificate(alice, middle);
    const under = (purposes: readonly string[]): Certificate =>
      certificate(middle, root, { extensions: [...AUTHORITY, extendedKeyUsage(purposes, isCritical)] });
    expect(codeFor([below, under([SERVER])])).toBe('peer.key-usage');
    expect(codeFor([below, under([SERVER, CLIENT])])).toBe('trusted');
  });

  test('without any purpose it is malformed', () => {
    expect(codeOf(() => leaf([]))).toBe('peer.certificate-malformed');
  });
});

test('a certificate without it is for everything', () => {
  expect(codeFor([certificate(alice, root)], [])).toBe('trusted');
});

test('a purpose that is none is the caller’s mistake', () => {
  for (const purpose of ['serverauth', '', '1', 'toString'])
    expect(codeOf(() => new Trust({ anchors: [], purposes: [purpose as KeyPurpose] }))).toBe('caller.option-invalid');
});
