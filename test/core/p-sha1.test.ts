import { createHmac } from 'node:crypto';
import { pSha1 } from '@parley/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { codeOf } from './code-of.ts';
import { anyOctets, fromHex, readVectors, toHex } from './octets.ts';

interface Vector {
  readonly id: string;
  readonly secret: string;
  readonly seed: string;
  readonly output: string;
}

function stream(secret: Uint8Array, seed: Uint8Array, offsetBytes: number, lengthBytes: number): Uint8Array {
  const out = new Uint8Array(lengthBytes);
  pSha1(secret, seed, offsetBytes, out);
  return out;
}

/** RFC 2246 §5, word for word. */
function reference(secret: Uint8Array, seed: Uint8Array, lengthBytes: number): Buffer {
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

describe('pSha1', () => {
  test.each(readVectors<Vector[]>('protocol/p-sha1.json'))('vector $id', ({ secret, seed, output }) => {
    expect(toHex(stream(fromHex(secret), fromHex(seed), 0, output.length / 2))).toBe(output);
  });

  test('equals the definition for secrets and seeds of any length', () => {
    fc.assert(
      fc.property(anyOctets(200), anyOctets(700), fc.nat(130), (secret, seed, lengthBytes) => {
        expect(toHex(stream(secret, seed, 0, lengthBytes))).toBe(reference(secret, seed, lengthBytes).toString('hex'));
      }),
    );
  });

  test('a stretch from an offset is a slice of the stream', () => {
    fc.assert(
      fc.property(anyOctets(80), anyOctets(80), fc.nat(150), fc.nat(100), (secret, seed, offsetBytes, lengthBytes) => {
        const whole = stream(secret, seed, 0, offsetBytes + lengthBytes);
        expect(toHex(stream(secret, seed, offsetBytes, lengthBytes))).toBe(toHex(whole.subarray(offsetBytes)));
      }),
    );
  });

  test('writes nothing outside `out` and leaves its inputs alone', () => {
    const secret = new Uint8Array(32).fill(1);
    const seed = new Uint8Array(58).fill(2);
    const around = new Uint8Array(48).fill(0xee);
    pSha1(secret, seed, 7, around.subarray(8, 40));
    expect(around.subarray(0, 8)).toEqual(new Uint8Array(8).fill(0xee));
    expect(around.subarray(40)).toEqual(new Uint8Array(8).fill(0xee));
    expect(secret).toEqual(new Uint8Array(32).fill(1));
    expect(seed).toEqual(new Uint8Array(58).fill(2));
  });

  test.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])('refuses the offset %s', (offsetBytes) => {
    expect(codeOf(() => stream(new Uint8Array(16), new Uint8Array(16), offsetBytes, 16))).toBe('internal.invariant');
  });
});
