// Ranges are sets of numbers: held equal to sets.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  countOf,
  gapsOf,
  hasNumber,
  highestOf,
  NO_NUMBERS,
  type NumberRanges,
  orderedRanges,
  unionOf,
  withNumber,
  withoutGap,
} from '../../../packages/conversation/src/sequence-wire/number-ranges.ts';

const NUMBERS = fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 40 });

function rangesOf(numbers: readonly number[]): NumberRanges {
  return numbers.reduce((ranges, number) => withNumber(ranges, number), NO_NUMBERS);
}

function numbersOf(ranges: NumberRanges): number[] {
  return ranges.flatMap(({ lower, upper }) => Array.from({ length: upper - lower + 1 }, (_, index) => lower + index));
}

test('numbers in any order make the ranges of their set', () => {
  fc.assert(
    fc.property(NUMBERS, (numbers) => {
      const sorted = [...new Set(numbers)].sort((left, right) => left - right);
      const ranges = rangesOf(numbers);
      expect(numbersOf(ranges)).toEqual(sorted);
      expect(ranges.every(({ lower }, index) => index === 0 || lower > ranges[index - 1]!.upper + 1)).toBe(true);
      expect([countOf(ranges), highestOf(ranges)]).toEqual([sorted.length, sorted.at(-1) ?? 0]);
      expect(withoutGap(ranges)).toBe(sorted.filter((number, index) => number === index + 1).length);
      for (let number = 1; number <= 41; number++) expect(hasNumber(ranges, number)).toBe(sorted.includes(number));
      expect(orderedRanges([...ranges].reverse())).toEqual(ranges);
    }),
  );
});

test('the union and the gaps are those of sets', () => {
  fc.assert(
    fc.property(NUMBERS, NUMBERS, fc.integer({ min: 0, max: 45 }), (left, right, last) => {
      expect(unionOf(rangesOf(left), rangesOf(right))).toEqual(rangesOf([...left, ...right]));
      const all = Array.from({ length: last }, (_, index) => index + 1);
      expect(numbersOf(gapsOf(rangesOf(left), last))).toEqual(all.filter((number) => !left.includes(number)));
    }),
  );
});

test('ranges that overlap, or end before they begin, are none', () => {
  expect(
    orderedRanges([
      { lower: 1, upper: 3 },
      { lower: 3, upper: 5 },
    ]),
  ).toBeUndefined();
  expect(orderedRanges([{ lower: 2, upper: 1 }])).toBeUndefined();
  expect(
    orderedRanges([
      { lower: 4, upper: 5 },
      { lower: 1, upper: 3 },
    ]),
  ).toEqual([{ lower: 1, upper: 5 }]);
});
