import { describe, expect, test } from 'vitest';
import {
  compareOctets,
  hashOctets,
  sameOctets,
  tableSize,
} from '../../../../packages/codec/src/hot/octets/octet-hash.ts';
import { octets } from '../../support/reading.ts';

describe('tableSize', () => {
  test('is the least power of two that is at most a quarter full', () => {
    for (let count = 1; count < 5_000; count++) {
      const size = tableSize(count);
      expect(size >= count * 4 && size < count * 8 && Number.isInteger(Math.log2(size)), String(count)).toBe(true);
    }
  });
});

describe('octet ranges', () => {
  const order = ['', 'a', 'a-b', 'ab', 'b', 'é', '\uf900', '\uffef', '\u{10000}'];

  test('compare as code points do, where UTF-16 units do not', () => {
    for (const [leftIndex, left] of order.entries()) {
      for (const [rightIndex, right] of order.entries()) {
        const leftBytes = octets(`<${left}`);
        const rightBytes = octets(`<<${right}`);
        const difference = compareOctets(leftBytes, 1, leftBytes.length, rightBytes, 2, rightBytes.length);
        expect(Math.sign(difference)).toBe(Math.sign(leftIndex - rightIndex));
        expect(sameOctets(leftBytes, 1, leftBytes.length, rightBytes, 2, rightBytes.length)).toBe(left === right);
      }
    }
  });

  test('hash to the same value wherever they stand, and spread', () => {
    const bytes = octets('..urn:example..urn:example..');
    expect(hashOctets(bytes, 2, 13)).toBe(hashOctets(bytes, 15, 26));
    const low = new Set<number>();
    for (let index = 0; index < 1_000; index++)
      low.add(hashOctets(octets(`urn:${index}`), 0, `urn:${index}`.length) & 4095);
    expect(low.size).toBeGreaterThan(850);
  });
});
