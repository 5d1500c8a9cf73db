/** r and s as old Java wrote them, as long as the longer of both is. */

import { sign } from 'node:crypto';
import { PublicKey } from '@parley/core';
import { signatureAlgorithm, signatureBytes, verify, withWholeHalves } from '@parley/core/internal';
import { describe, expect, test } from 'vitest';
import { type Party, party } from '../x509/issue.ts';

const BYTES = new TextEncoder().encode('octets');
const ECDSA_SHA512 = signatureAlgorithm('ecdsa-sha512');

function keyOf({ publicKey }: Party): PublicKey {
  return PublicKey.read({ format: 'key-object', key: publicKey }, { uses: ['signature'] });
}

/** A signature with P-521 whose r and s both begin with a zero octet, and not with two: every fourth. */
function withZeros({ privateKey }: Party, half: number): Uint8Array {
  for (;;) {
    const value = new Uint8Array(sign('sha512', BYTES, { key: privateKey, dsaEncoding: 'ieee-p1363' }));
    if (value[0] === 0 && value[half] === 0 && (value[1] !== 0 || value[half + 1] !== 0)) return value;
  }
}

test('without the zeros that both begin with, it verifies', () => {
  const owner = party('CN=Alice', 'P-521');
  const key = keyOf(owner);
  const half = signatureBytes(key) / 2;
  const whole = withZeros(owner, half);
  const short = Uint8Array.from([...whole.subarray(1, half), ...whole.subarray(half + 1)]);
  expect(verify(ECDSA_SHA512, key, BYTES, short)).toBe(false);
  expect(withWholeHalves(key, short)).toEqual(whole);
  expect(verify(ECDSA_SHA512, key, BYTES, withWholeHalves(key, short))).toBe(true);
  short[3]! ^= 1;
  expect(verify(ECDSA_SHA512, key, BYTES, withWholeHalves(key, short))).toBe(false);
});

describe.each(['P-256', 'P-384', 'P-521'] as const)('%s', (kind) => {
  const key = keyOf(party('CN=Alice', kind));
  const lengthBytes = signatureBytes(key);
  const half = lengthBytes / 2;

  test('what may be read in two ways stays as it is', () => {
    const same = (octets: Uint8Array): void => expect(withWholeHalves(key, octets)).toBe(octets);
    same(new Uint8Array(0));
    same(new Uint8Array(lengthBytes).fill(1));
    same(new Uint8Array(lengthBytes + 2).fill(1));
    same(new Uint8Array(lengthBytes - 1).fill(1));
    const zeros = new Uint8Array(lengthBytes - 2).fill(1);
    zeros[0] = 0;
    zeros[half - 1] = 0;
    same(zeros);
  });
});

test('signatures of other keys are never touched', () => {
  const rsa = keyOf(party('CN=A', 'rsa'));
  const short = new Uint8Array(64).fill(1);
  expect(withWholeHalves(rsa, short)).toBe(short);
});
