import { randomFillSync } from 'node:crypto';
import { randomReserve } from '@parley/core/internal';
import { expect, test } from 'vitest';

/** A source that counts up, and what it was asked for. */
function counting() {
  const asked: Uint8Array[] = [];
  let next = 0;
  const fill = (out: Uint8Array): void => {
    asked.push(out);
    for (let index = 0; index < out.length; index++) out[index] = 1 + (next++ % 255);
  };
  return { asked, fill };
}

test('each octet of the source is given once, in its order, and is gone from the reserve', () => {
  const { asked, fill } = counting();
  const take = randomReserve(fill);
  const given: number[] = [];
  for (const size of [16, 32, 1, 0, 256]) {
    const out = new Uint8Array(size);
    take(out);
    given.push(...out);
  }
  expect(given).toEqual(Array.from({ length: 305 }, (_, index) => 1 + (index % 255)));
  expect(asked.length).toBe(1);
  expect(asked[0]!.subarray(0, 305).every((octet) => octet === 0)).toBe(true);
  expect(asked[0]!.subarray(305).every((octet) => octet !== 0)).toBe(true);
});

test('what is left and too little is not given, and what is much is fetched for itself', () => {
  const { asked, fill } = counting();
  const take = randomReserve(fill);
  for (let count = 0; count < 100; count++) take(new Uint8Array(250));
  expect(asked.length).toBe(Math.ceil(100 / Math.floor(4096 / 250)));
  const many = new Uint8Array(257);
  take(many);
  expect(asked.at(-1)).toBe(many);
});

test('of the system, no two are alike', () => {
  const take = randomReserve((out) => void randomFillSync(out));
  const seen = new Set<string>();
  for (let count = 0; count < 2000; count++) {
    const out = new Uint8Array(16);
    take(out);
    seen.add(Buffer.from(out).toString('hex'));
  }
  expect(seen.size).toBe(2000);
});
