import { createHmac } from 'node:crypto';
import { DEFAULT_LABEL, pSha1 } from '@parley/core';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { pSha1ByModule, sha1Memory } from '../../../packages/core/src/hot/sha1-module.ts';
import { pSha1ByOpenssl } from '../../../packages/core/src/symmetric/p-sha1-openssl.ts';
import { codeOf } from '../code-of.ts';
import { anyOctets, fromHex, readVectors, toHex } from '../octets.ts';

interface Vector {
  readonly id: string;
  readonly secret: string;
  readonly seed: string;
  readonly output: string;
  readonly offset: number;
}

/** Derived and computed keys as the stretches of P_SHA1 that they are. */
type KeyVector = { readonly id: string; readonly key: string } & (
  | { readonly secret: string; readonly label: string | null; readonly nonce: string; readonly offset: number }
  | { readonly requesterEntropy: string; readonly issuerEntropy: string }
  | { readonly clientEntropy: string; readonly serverEntropy: string }
);

function stretchOf(vector: KeyVector): Vector {
  const { id, key: output } = vector;
  if ('requesterEntropy' in vector) {
    return { id, secret: vector.requesterEntropy, seed: vector.issuerEntropy, output, offset: 0 };
  }
  if ('clientEntropy' in vector) {
    return { id, secret: vector.clientEntropy, seed: vector.serverEntropy, output, offset: 0 };
  }
  const { secret, label, nonce, offset } = vector;
  return { id, secret, seed: toHex(new TextEncoder().encode(label ?? DEFAULT_LABEL)) + nonce, output, offset };
}

const VECTORS: readonly Vector[] = [
  ...readVectors<Omit<Vector, 'offset'>[]>('protocol/p-sha1.json').map((vector) => ({ ...vector, offset: 0 })),
  ...['protocol/derived-key.json', 'protocol/computed-key.json', 'kdf-psha1/cases.json'].flatMap((file) =>
    readVectors<KeyVector[]>(file).map(stretchOf),
  ),
];

type Stream = (secret: Uint8Array, seed: Uint8Array, offsetBytes: number, out: Uint8Array) => unknown;

function octetsOf(stream: Stream, secret: Uint8Array, seed: Uint8Array, offset: number, length: number): Uint8Array {
  const out = new Uint8Array(length);
  stream(secret, seed, offset, out);
  return out;
}

/** RFC 2246 §5, word for word. */
function reference(secret: Uint8Array, seed: Uint8Array, lengthBytes: number): Uint8Array {
  const hmac = (...parts: Uint8Array[]): Buffer => {
    const state = createHmac('sha1', secret);
    for (const part of parts) state.update(part);
    return state.digest();
  };
  let link = hmac(seed);
  let whole = Buffer.alloc(0);
  while (whole.length < lengthBytes) {
    whole = Buffer.concat([whole, hmac(link, seed)]);
    link = hmac(link);
  }
  return whole.subarray(0, lengthBytes);
}

/** Whatever was derived, its pads, links and blocks are gone. */
afterEach(() => {
  expect(sha1Memory.length).toBeGreaterThan(0);
  expect(sha1Memory.every((octet) => octet === 0)).toBe(true);
});

/** Secrets of at most one block. */
const VECTORS_OF_MODULE = VECTORS.filter(({ secret }) => secret.length / 2 <= 64);

describe.each<{ name: string; stream: Stream; vectors: readonly Vector[] }>([
  { name: 'pSha1', stream: pSha1, vectors: VECTORS },
  {
    name: 'pSha1ByModule',
    stream: (...arguments_) => expect(pSha1ByModule(...arguments_)).toBe(true),
    vectors: VECTORS_OF_MODULE,
  },
  { name: 'pSha1ByOpenssl', stream: pSha1ByOpenssl, vectors: VECTORS },
])('$name', ({ stream, vectors }) => {
  test.each(vectors)('vector $id', ({ secret, seed, output, offset }) => {
    expect(toHex(octetsOf(stream, fromHex(secret), fromHex(seed), offset, output.length / 2))).toBe(output);
  });

  test('is the definition, for every length of a secret and of a seed that ends a block', () => {
    for (let length = 0; length <= 64; length++) {
      const secret = new Uint8Array(length).fill(length + 1);
      const seed = new Uint8Array(length * 8).fill(0xa5);
      expect(toHex(octetsOf(stream, secret, seed.subarray(0, length), 0, 45))).toBe(
        toHex(reference(secret, seed.subarray(0, length), 45)),
      );
      expect(toHex(octetsOf(stream, secret, seed, 3, 45))).toBe(toHex(reference(secret, seed, 48).subarray(3)));
    }
  });

  test('writes nothing outside `out` and leaves its inputs alone', () => {
    const secret = new Uint8Array(32).fill(1);
    const seed = new Uint8Array(58).fill(2);
    const around = new Uint8Array(48).fill(0xee);
    stream(secret, seed, 7, around.subarray(8, 40));
    expect(around.subarray(0, 8)).toEqual(new Uint8Array(8).fill(0xee));
    expect(around.subarray(40)).toEqual(new Uint8Array(8).fill(0xee));
    expect(secret).toEqual(new Uint8Array(32).fill(1));
    expect(seed).toEqual(new Uint8Array(58).fill(2));
  });
});

describe('pSha1', () => {
  test('all vectors are there', () => {
    expect(VECTORS).toHaveLength(75);
    expect(VECTORS_OF_MODULE).toHaveLength(62);
  });

  test('is the definition for secrets and seeds of any length, by the module or by OpenSSL', () => {
    let byModule = 0;
    fc.assert(
      fc.property(
        anyOctets(200),
        anyOctets(700),
        fc.oneof(fc.nat(100), fc.nat(2_200)),
        fc.nat(130),
        (secret, seed, offset, length) => {
          const expected = toHex(reference(secret, seed, offset + length).subarray(offset));
          expect(toHex(octetsOf(pSha1, secret, seed, offset, length))).toBe(expected);
          expect(toHex(octetsOf(pSha1ByOpenssl, secret, seed, offset, length))).toBe(expected);
          const out = new Uint8Array(length);
          const isTaken = pSha1ByModule(secret, seed, offset, out);
          expect(isTaken).toBe(secret.length <= 64 && seed.length <= 512 && offset + length <= 2048);
          expect(toHex(out)).toBe(isTaken ? expected : '00'.repeat(length));
          if (isTaken) byModule++;
        },
      ),
      { numRuns: 300 },
    );
    expect(byModule).toBeGreaterThan(10);
  });

  test('the largest that the module takes, and one octet more', () => {
    for (const [secretLength, seedLength, offset, length] of [
      [64, 512, 0, 2048],
      [64, 512, 2016, 32],
      [65, 512, 0, 32],
      [64, 513, 0, 32],
      [64, 512, 2017, 32],
    ] as const) {
      const secret = new Uint8Array(secretLength).fill(3);
      const seed = new Uint8Array(seedLength).fill(4);
      const expected = reference(secret, seed, offset + length).subarray(offset);
      expect(toHex(octetsOf(pSha1, secret, seed, offset, length))).toBe(toHex(expected));
      expect(sha1Memory.every((octet) => octet === 0)).toBe(true);
    }
  });

  test.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])('refuses the offset %s', (offsetBytes) => {
    const refused = (): unknown => octetsOf(pSha1, new Uint8Array(16), new Uint8Array(16), offsetBytes, 16);
    expect(codeOf(refused)).toBe('caller.option-invalid');
  });
});
