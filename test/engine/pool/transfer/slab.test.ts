import fc from 'fast-check';
import { expect, test } from 'vitest';
import { alignedStart, copyOut, newSlab, SlabPool } from '../../../../packages/engine/src/pool/transfer/slab.ts';

test('T69 T71: a slab that was given back is taken again, all zero', () => {
  const slabs = new SlabPool(1024 * 1024);
  const first = slabs.take(100_000);
  expect(first.length).toBe(131_072);
  first.fill(7, 0, 500);
  slabs.give(first, 500);
  expect(slabs.keptBytes).toBe(131_072);
  const again = slabs.take(70_000);
  expect(again).toBe(first);
  expect(again.every((octet) => octet === 0)).toBe(true);
  expect(slabs.take(70_000)).not.toBe(first);
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
