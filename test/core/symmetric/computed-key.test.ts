import { computeKey } from '@parley/core';
import { describe, expect, test } from 'vitest';
import { fromHex, readVectors, toHex } from '../octets.ts';

interface ProtocolVector {
  readonly id: string;
  readonly requesterEntropy: string;
  readonly issuerEntropy: string;
  readonly key: string;
}

interface SuiteVector {
  readonly id: string;
  readonly operation: string;
  readonly clientEntropy: string;
  readonly serverEntropy: string;
  readonly length: number;
  readonly key: string;
}

const SUITE = readVectors<SuiteVector[]>('kdf-psha1/cases.json').filter(
  ({ operation }) => operation === 'wstrust-computed-key',
);

describe('computeKey', () => {
  test.each(readVectors<ProtocolVector[]>('protocol/computed-key.json'))('protocol vector $id', (vector) => {
    const { requesterEntropy, issuerEntropy, key } = vector;
    const secret = computeKey(fromHex(requesterEntropy), fromHex(issuerEntropy), key.length / 2);
    expect(secret.lend(toHex)).toBe(key);
  });

  test.each(SUITE)('kdf-psha1 $id', ({ clientEntropy, serverEntropy, length, key }) => {
    expect(computeKey(fromHex(clientEntropy), fromHex(serverEntropy), length).lend(toHex)).toBe(key);
  });

  test('the suite is whole', () => {
    expect(SUITE).toHaveLength(12);
  });

  test('the two entropies are not to be swapped', () => {
    const requester = new Uint8Array(32).fill(1);
    const issuer = new Uint8Array(32).fill(2);
    expect(computeKey(requester, issuer, 32).lend(toHex)).not.toBe(computeKey(issuer, requester, 32).lend(toHex));
  });
});
