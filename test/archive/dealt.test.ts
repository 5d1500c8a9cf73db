/** How partitions of pieces are dealt to processes. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dealt } from '../../packages/archive/src/kafka/dealt.ts';

const names = fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 9 });
const group = names.chain((all) =>
  fc.record({
    partitions: fc.integer({ min: 0, max: 40 }).map((count) => Array.from({ length: count }, (_, index) => index)),
    readers: fc.tuple(
      ...all.map((name) =>
        fc.record({ name: fc.constant(name), inHand: fc.array(fc.integer({ min: 0, max: 45 }), { maxLength: 1 }) }),
      ),
    ),
  }),
);

test('each partition is dealt to one, whoever has a piece of it in hand keeps it, and nobody gets more than his part', () => {
  fc.assert(
    fc.property(group, ({ partitions, readers }) => {
      const hands = dealt(partitions, readers);
      expect([...hands.values()].flat().sort((left, right) => left - right)).toEqual(partitions);
      const held = new Set(readers.flatMap(({ inHand }) => inHand));
      for (const { name, inHand } of readers)
        for (const partition of inHand.filter((each) => partitions.includes(each)))
          if (readers.filter((other) => other.inHand.includes(partition)).length === 1)
            expect(hands.get(name)).toContain(partition);
      for (const partition of held)
        if (partitions.includes(partition))
          expect(
            readers.some((reader) => reader.inHand.includes(partition) && hands.get(reader.name)?.includes(partition)),
          ).toBe(true);
      const counts = [...hands.values()].map(({ length }) => length);
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
    }),
  );
});

test('in whatever order readers are named, they are dealt the same', () => {
  fc.assert(
    fc.property(group, ({ partitions, readers }) => {
      const forth = dealt(partitions, readers);
      const back = dealt(partitions, [...readers].reverse());
      expect(new Map(back)).toEqual(new Map(forth));
    }),
  );
});
