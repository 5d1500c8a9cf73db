import { DEFAULT_LABEL, deriveKey } from '@parley/core';
import { describe, expect, test } from 'vitest';
import { fromHex, readVectors, toHex } from '../octets.ts';

interface Vector {
  readonly id: string;
  readonly secret: string;
  readonly label: string | null;
  readonly nonce: string;
  readonly offset: number;
  readonly key: string;
}

function derived(vector: Omit<Vector, 'id'>): string {
  const out = new Uint8Array(vector.key.length / 2);
  const label = vector.label ?? undefined;
  deriveKey(fromHex(vector.secret), { label, nonce: fromHex(vector.nonce), offsetBytes: vector.offset }, out);
  return toHex(out);
}

const PROTOCOL = readVectors<Vector[]>('protocol/derived-key.json');
const SUITE = readVectors<(Vector & { readonly operation: string })[]>('kdf-psha1/cases.json').filter(
  ({ operation }) => operation === 'derived-key',
);

describe('deriveKey', () => {
  test.each(PROTOCOL)('protocol vector $id', (vector) => {
    expect(derived(vector)).toBe(vector.key);
  });

  test.each(SUITE)('kdf-psha1 $id', (vector) => {
    expect(derived(vector)).toBe(vector.key);
  });

  test('the suite is whole', () => {
    expect(SUITE).toHaveLength(40);
  });

  test('no label is the default label; an empty one is empty', () => {
    const [vector] = PROTOCOL;
    expect(vector?.label).toBeNull();
    expect(derived({ ...vector!, label: DEFAULT_LABEL })).toBe(vector!.key);
    expect(derived({ ...vector!, label: '' })).not.toBe(vector!.key);
  });
});
