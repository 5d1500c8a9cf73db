import fc from 'fast-check';
import { expect, test } from 'vitest';
import { alignedStart, copyOut, newSlab, SlabPool, wipe } from '../../../../packages/engine/src/pool/transfer/slab.ts';

test('T69 T71: a slab that was given back says how much of it has been written, and no more is wiped than asked', () => {
  const slabs = new SlabPool(1024 * 1024);
  const first = slabs.take(100_000);
  expect(first.length).toBe(131_072);
  first.fill(7, 0, 500);
  slabs.give(first, 500);
  expect(slabs.keptBytes).toBe(131_072);
  const again = slabs.take(70_000);
  expect(again).toBe(first);
  expect(slabs.dirtyBytes(again)).toBe(500);
  const other = slabs.take(70_000);
  expect(other).not.toBe(first);
  expect(slabs.dirtyBytes(other)).toBe(0);
  slabs.give(again, 500);
  slabs.clear();
  expect(first.every((octet) => octet === 0)).toBe(true);
});

test('T69 T71: what is wiped is wiped from its first octet to its last', () => {
  fc.assert(
    fc.property(fc.nat(100), fc.nat(100), (start, end) => {
      const slab = newSlab(1).fill(7);
      wipe(slab, start, end);
      expect(slab.subarray(start, Math.max(start, end)).every((octet) => octet === 0)).toBe(true);
      expect(slab.subarray(0, start).every((octet) => octet === 7)).toBe(true);
      expect(slab.subarray(Math.max(start, end) + 8).every((octet) => octet === 7)).toBe(true);
    }),
  );
});

test('no more is kept than allowed, and nothing very large', () => {
  const slabs = new SlabPool(200_000);
  const [first, second] = [slabs.take(100_000), slabs.take(100_000)];
  slabs.give(first, 0);
  slabs.give(second, 0);
  expect(slabs.keptBytes).toBe(131_072);
  const roomy = new SlabPool(Number.MAX_SAFE_INTEGER);
  roomy.give(roomy.take(5 * 1024 * 1024), 0);
  expect(roomy.keptBytes).toBe(0);
  slabs.clear();
  expect(slabs.keptBytes).toBe(0);
});

test('octets come out as they went in, from any position to any position', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(40), fc.nat(40), (octets, offset, position) => {
      const source = new Uint8Array(offset + octets.length).subarray(offset);
      source.set(octets);
      const slab = newSlab(1024);
      const start = alignedStart(position, source);
      slab.set(source, start);
      expect(start).toBeGreaterThanOrEqual(position);
      expect(start - position).toBeLessThan(8);
      expect(start % 8).toBe(source.byteOffset % 8);
      const copy = copyOut(slab, start, source.length);
      expect(copy).toEqual(octets);
      expect(copy.buffer).toBeInstanceOf(ArrayBuffer);
    }),
  );
});
