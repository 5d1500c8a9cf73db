// Both machines against each other over a line that drops, doubles, delays and reorders: each message is handed over once, in order.
import { Fault } from '@parley/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  acknowledgementOf,
  arrive,
  close,
  type DeliveryOrder,
  type Destination,
  deliver,
  newDestination,
  readyNumbers,
} from '../../../packages/conversation/src/sequence/destination.ts';
import { retransmissionPauseMs } from '../../../packages/conversation/src/sequence/schedule.ts';
import {
  acknowledge,
  dueMessages,
  hasRoom,
  isAcknowledgedWhole,
  newSource,
  numberNext,
  type Source,
  sent,
} from '../../../packages/conversation/src/sequence/source.ts';
import { Agenda, carry, FIFTH, type LineFaults, seededChance } from './faulty-line.ts';

const PACE = { retransmitAfterMs: 500, retransmitAfterMaxMs: 8000 };

interface Course {
  readonly messages: number;
  readonly faults: LineFaults;
  readonly seed: number;
  readonly order: DeliveryOrder;
  readonly sourceWindow: number;
  readonly destinationWindow: number;
  /** Ends that are killed and made again of what they have written down. */
  readonly restarts: number;
}

interface Outcome {
  readonly delivered: readonly number[];
  readonly transmissions: number;
  readonly source: Source;
  readonly destination: Destination;
}

/** Lets `course` run to its end. Everything an end knows is in its state, which is written down as text after each step. */
function run({ messages, faults, seed, order, sourceWindow, destinationWindow, restarts }: Course): Outcome {
  const agenda = new Agenda();
  const chance = seededChance(seed);
  const delivered: number[] = [];
  let transmissions = 0;
  const shared = { identifier: 'urn:a', version: '200702', expiresAtMs: undefined } as const;
  const disk = {
    source: JSON.stringify(newSource({ ...shared, windowMax: sourceWindow }, 0)),
    destination: JSON.stringify(
      newDestination({ ...shared, order, incomplete: 'NoDiscard', windowMax: destinationWindow, acksTo: 'urn:x' }, 0),
    ),
  };
  let source = JSON.parse(disk.source) as Source;
  let destination = JSON.parse(disk.destination) as Destination;

  const takeAcknowledgement = (acknowledgement: ReturnType<typeof acknowledgementOf>): void => {
    source = acknowledge(source, acknowledgement, agenda.nowMs).source;
    disk.source = JSON.stringify(source);
    pump();
  };
  const take = (number: number): void => {
    const arrived = arrive(destination, { identifier: 'urn:a', number, isLast: false }, agenda.nowMs);
    destination = arrived.destination;
    for (const ready of readyNumbers(destination)) {
      delivered.push(ready);
      destination = deliver(destination, ready);
    }
    disk.destination = JSON.stringify(destination);
    const acknowledgement = acknowledgementOf(destination);
    carry(agenda, chance, faults, () => takeAcknowledgement(acknowledgement));
  };
  const transmit = (number: number, attempts: number): void => {
    transmissions++;
    source = sent(source, number, agenda.nowMs + retransmissionPauseMs(attempts + 1, PACE, chance()));
    disk.source = JSON.stringify(source);
    carry(agenda, chance, faults, () => take(number));
  };
  const pump = (): void => {
    while (source.nextNumber <= messages && hasRoom(source)) {
      const next = numberNext(source, { awaitsAnswer: false, atMs: agenda.nowMs });
      source = next.source;
    }
    for (const { number, attempts } of dueMessages(source, agenda.nowMs)) transmit(number, attempts);
  };
  const tick = (): void => {
    pump();
    agenda.after(100, tick);
  };
  const kill = (): void => {
    source = JSON.parse(disk.source) as Source;
    destination = JSON.parse(disk.destination) as Destination;
  };
  for (let count = 0; count < restarts; count++) agenda.after(chance() * messages * 20, kill);
  tick();
  agenda.run(() => source.nextNumber > messages && isAcknowledgedWhole(source));
  return { delivered, transmissions, source, destination };
}

const upTo = (last: number): number[] => Array.from({ length: last }, (_, index) => index + 1);

describe('T87: one end to the other', () => {
  test('10,000 messages over a line that drops, doubles, delays and reorders every fifth', () => {
    const course = { messages: 10_000, faults: FIFTH, seed: 7, order: 'in-order', restarts: 20 } as const;
    const { delivered, transmissions, source, destination } = run({
      ...course,
      sourceWindow: 32,
      destinationWindow: 32,
    });
    expect(delivered).toEqual(upTo(10_000));
    expect(source.pending).toEqual([]);
    expect(destination.received).toEqual([{ lower: 1, upper: 10_000 }]);
    // Two of five ways there and back fail: more than one attempt each, and far from ten.
    expect(transmissions).toBeGreaterThan(12_000);
    expect(transmissions).toBeLessThan(30_000);
  });

  test('whatever the line does, and whatever the windows are', () => {
    const rate = fc.double({ min: 0, max: 0.6, noNaN: true });
    const course = fc.record({
      messages: fc.integer({ min: 1, max: 60 }),
      faults: fc.record({ drop: rate, double: rate, delay: rate, delayMs: fc.integer({ min: 0, max: 20_000 }) }),
      seed: fc.integer(),
      order: fc.constantFrom<DeliveryOrder>('in-order', 'unordered'),
      sourceWindow: fc.integer({ min: 1, max: 40 }),
      destinationWindow: fc.integer({ min: 1, max: 40 }),
      restarts: fc.integer({ min: 0, max: 10 }),
    });
    fc.assert(
      fc.property(course, (each) => {
        const { delivered, source, destination } = run(each);
        const inOrder = [...delivered].sort((left, right) => left - right);
        expect(inOrder).toEqual(upTo(each.messages));
        if (each.order === 'in-order') expect(delivered).toEqual(inOrder);
        expect(source.pending).toEqual([]);
        expect(destination.delivered).toEqual([{ lower: 1, upper: each.messages }]);
      }),
      { numRuns: 150 },
    );
  });
});

const open = (windowMax = 8): Destination =>
  newDestination(
    {
      identifier: 'urn:a',
      version: '200502',
      order: 'in-order',
      incomplete: 'DiscardFollowingFirstGap',
      windowMax,
      acksTo: 'urn:x',
      expiresAtMs: undefined,
    },
    0,
  );
const message = (number: number, isLast = false) => ({ identifier: 'urn:a', number, isLast });

test('T88: numbers beyond the window are not taken, and leave nothing behind', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 9, max: Number.MAX_SAFE_INTEGER }), { maxLength: 50 }), (numbers) => {
      let destination = open();
      for (const number of numbers) {
        const arrived = arrive(destination, message(number), 1);
        expect(arrived.arrival).toBe('beyond');
        destination = arrived.destination;
      }
      expect(destination).toEqual({ ...open(), heardAtMs: numbers.length === 0 ? 0 : 1 });
    }),
  );
});

test('T88: what waits for a message that is missing is bounded, and so is what is said of it', () => {
  let destination = open();
  for (let number = 2; number < 40; number++) destination = arrive(destination, message(number), 1).destination;
  expect(destination.received).toEqual([{ lower: 2, upper: 8 }]);
  expect(acknowledgementOf(destination)).toMatchObject({ bufferRemaining: 1 });
  expect(readyNumbers(destination)).toEqual([]);
});

test('T88: there is no number after the highest', () => {
  const source: Source = {
    ...newSource({ identifier: 'urn:a', version: '200702', windowMax: 8, expiresAtMs: undefined }, 0),
    nextNumber: Number.MAX_SAFE_INTEGER,
  };
  expect(() => numberNext(source, { awaitsAnswer: false, atMs: 0 })).toThrow('caller.sequence-unusable');
});

test('T89: an acknowledgement of what was not sent changes nothing', () => {
  const made = newSource({ identifier: 'urn:a', version: '200702', windowMax: 8, expiresAtMs: undefined }, 0);
  const { source } = numberNext(made, { awaitsAnswer: false, atMs: 0 });
  const said = { identifier: 'urn:a', nacks: [], isFinal: false, bufferRemaining: undefined };
  for (const ranges of [[{ lower: 1, upper: 2 }], [{ lower: 5, upper: 9 }]])
    expect(() => acknowledge(source, { ...said, ranges }, 1)).toThrow('peer.sequence-acknowledgement');
  expect(() => acknowledge(source, { ...said, ranges: [], nacks: [2] }, 1)).toThrow('peer.sequence-acknowledgement');
  expect(acknowledge(source, { ...said, ranges: [{ lower: 1, upper: 1 }] }, 1).settled).toEqual([1]);
});

test('T87: nothing new is taken after the end, and what was there is no news', () => {
  const two = arrive(arrive(open(), message(1), 1).destination, message(2, true), 1).destination;
  expect(() => arrive(two, message(3), 2)).toThrow('peer.sequence-last');
  expect(() => arrive(arrive(open(), message(2), 1).destination, message(1, true), 2)).toThrow('peer.sequence-last');
  const closed = close(arrive(open(), message(1), 1).destination, 1, 2);
  expect(() => arrive(closed, message(2), 2)).toThrow(Fault);
  expect(arrive(closed, message(1), 2).arrival).toBe('repeat');
  expect(() => close(two, 1, 3)).toThrow('peer.sequence-last');
});

test('pauses grow, up to a limit, and differ', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1000 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (attempts, chance) => {
        const pause = retransmissionPauseMs(attempts, PACE, chance);
        const full = Math.min(PACE.retransmitAfterMs * 2 ** (attempts - 1), PACE.retransmitAfterMaxMs);
        expect(pause).toBeGreaterThanOrEqual(full / 2);
        expect(pause).toBeLessThanOrEqual(full);
      },
    ),
  );
});

test('no more is under way than the other end has room for, and one message always asks again', () => {
  const window = fc.integer({ min: 1, max: 40 });
  const rooms = fc.array(fc.option(fc.nat(12), { nil: undefined }), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(window, rooms, (windowMax, said) => {
      let source = newSource(
        { identifier: 'urn:a', version: '200702', windowMax, expiresAtMs: undefined, incomplete: undefined },
        0,
      );
      let room: number | undefined;
      for (const bufferRemaining of said) {
        while (hasRoom(source)) ({ source } = numberNext(source, { awaitsAnswer: false, atMs: 0 }));
        expect(source.pending).toHaveLength(Math.min(windowMax, Math.max(room ?? windowMax, 1)));
        const ranges = [{ lower: 1, upper: source.nextNumber - 1 }];
        const told = { identifier: 'urn:a', ranges, nacks: [], isFinal: false, bufferRemaining };
        ({ source } = acknowledge(source, told, 0));
        // What says nothing about room takes none back.
        room = bufferRemaining ?? room;
      }
    }),
  );
});
