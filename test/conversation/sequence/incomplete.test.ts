// What becomes of what has arrived when a sequence ends: with gaps, whole, or by silence.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Destination } from '../../../packages/conversation/src/sequence/destination.ts';
import {
  arrive,
  close,
  deliver,
  lapse,
  newDestination,
  readyNumbers,
  terminate,
} from '../../../packages/conversation/src/sequence/destination.ts';
import { INCOMPLETE_BEHAVIORS } from '../../../packages/conversation/src/sequence-wire/messages.ts';

const WINDOW = 20;

/** All that was handed over, in its order: while the sequence is open, and at its end. */
function handedOver(first: Destination, arrivals: readonly number[], end: (destination: Destination) => Destination) {
  let destination = first;
  const early: number[] = [];
  const late: number[] = [];
  const hand = (into: number[]): void => {
    for (const number of readyNumbers(destination)) {
      into.push(number);
      destination = deliver(destination, number);
    }
  };
  for (const number of arrivals) {
    destination = arrive(destination, { identifier: 'urn:a', number, isLast: false }, 1).destination;
    hand(early);
  }
  destination = end(destination);
  hand(late);
  return { early, late };
}

test('a sequence that ends is handed over as it was said', () => {
  const ends = {
    closed: (last: number) => (destination: Destination) => close(destination, last, 2),
    terminated: (last: number) => (destination: Destination) => terminate(destination, last, 2),
    'terminated without a word': () => (destination: Destination) => terminate(destination, undefined, 2),
    silent: () => (destination: Destination) => lapse(destination, 10, 100),
  };
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.integer({ min: 1, max: WINDOW }), { minLength: 1 }),
      fc.integer({ min: 0, max: 2 }),
      fc.constantFrom(...INCOMPLETE_BEHAVIORS),
      fc.constantFrom(...(Object.keys(ends) as (keyof typeof ends)[])),
      (arrivals, more, incomplete, ending) => {
        const shared = { identifier: 'urn:a', version: '200702', order: 'in-order', acksTo: 'urn:x' } as const;
        const first = newDestination({ ...shared, incomplete, windowMax: WINDOW, expiresAtMs: undefined }, 0);
        const sorted = [...arrivals].sort((left, right) => left - right);
        const highest = sorted.at(-1)!;
        const last = highest + more;
        const { early, late } = handedOver(first, arrivals, ends[ending](last));
        const beforeGap = sorted.filter((number, index) => number === index + 1);
        const told = ending === 'closed' || ending === 'terminated' ? last : highest;
        const isWhole = ending !== 'silent' && beforeGap.length === told;
        switch (incomplete) {
          case 'DiscardFollowingFirstGap':
            expect([early, late]).toEqual([beforeGap, []]);
            break;
          case 'NoDiscard':
            expect([early, [...early, ...late]]).toEqual([beforeGap, sorted]);
            break;
          case 'DiscardEntireSequence':
            expect([early, late]).toEqual([[], isWhole ? sorted : []]);
            break;
        }
      },
    ),
  );
});
