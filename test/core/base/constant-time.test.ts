import { equalConstantTime } from '@parley/core/internal';
import fc from 'fast-check';
import { expect, test } from 'vitest';

test('T70: equalConstantTime is true for the same octets and nothing else', () => {
  const octets = fc.uint8Array({ maxLength: 4, max: 2 });
  fc.assert(
    fc.property(octets, octets, (left, right) => {
      expect(equalConstantTime(left, right)).toBe(left.join() === right.join());
      expect(equalConstantTime(left, left.slice())).toBe(true);
    }),
    { numRuns: 500 },
  );
});
