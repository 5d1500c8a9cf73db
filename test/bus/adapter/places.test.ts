import { fc, test } from '@fast-check/vitest';
import { Places } from '@parley/bus/internal';
import { expect } from 'vitest';

const UNACKNOWLEDGED_MAX = 6;
const utf8 = new TextEncoder();

/** A broker of queues: what it delivers on a link comes again on the next, unless it has read its acknowledgement. */
interface Queued {
  readonly serial: number;
  readonly octets: Uint8Array;
  wasDelivered: boolean;
}

// Messages of two kinds, alike within each, so that only what the broker says tells them apart.
const step = fc.oneof(
  fc.record({ do: fc.constant('send' as const), kind: fc.integer({ min: 0, max: 1 }) }),
  fc.record({ do: fc.constant('deliver' as const) }),
  fc.record({ do: fc.constant('settle' as const), which: fc.nat(UNACKNOWLEDGED_MAX), isRead: fc.boolean() }),
  fc.record({ do: fc.constant('break' as const), isForgotten: fc.boolean() }),
);

test.prop([fc.array(step, { maxLength: 120 })])(
  'a message has one place however often it comes, no copy has the place of another, and only what was settled is safe',
  (steps) => {
    const places = new Places('queue', UNACKNOWLEDGED_MAX);
    const queue: Queued[] = [];
    let underWay: { message: Queued; place: string }[] = [];
    /** Of each place, which message it was given first, and whether its result is safe. */
    const safe = new Set<string>();
    const named = new Set<string>();
    const everDelivered = new Set<number>();
    let link = {};
    let serial = 0;
    let settled = 0;
    let sent = 0;
    const alikeLeft = (kind: string): number =>
      queue.filter(({ octets }) => String(octets) === kind).length +
      underWay.filter(({ message }) => String(message.octets) === kind).length;
    const relink = (): void => {
      queue.unshift(...underWay.map(({ message }) => message));
      underWay = [];
      link = {};
    };
    for (const each of steps) {
      if (each.do === 'send') {
        queue.push({
          serial: serial++,
          octets: utf8.encode(`kind ${each.kind}`),
          wasDelivered: false,
        });
        sent++;
      } else if (each.do === 'deliver' && underWay.length < UNACKNOWLEDGED_MAX) {
        const message = queue.shift();
        if (message === undefined) continue;
        const { name, isSafe } = places.of(message.octets, '', message.wasDelivered, link);
        if (!message.wasDelivered) expect(isSafe).toBe(false);
        if (!everDelivered.has(message.serial)) expect(named.has(name)).toBe(false);
        everDelivered.add(message.serial);
        expect(isSafe).toBe(safe.has(name));
        named.add(name);
        message.wasDelivered = true;
        if (!isSafe) underWay.push({ message, place: name });
        else settled++;
      } else if (each.do === 'settle' && underWay.length > 0) {
        const [taken] = underWay.splice(each.which % underWay.length, 1);
        if (taken === undefined) continue;
        places.settle(taken.place);
        safe.add(taken.place);
        // An acknowledgement that the broker does not read: it breaks the link, and delivers the message once more.
        if (!each.isRead) {
          queue.unshift(taken.message);
          relink();
        } else settled++;
      } else if (each.do === 'break') {
        // One that died may not know what it had delivered.
        if (each.isForgotten) for (const { message } of underWay) message.wasDelivered = false;
        relink();
      }
      // Never fewer results than messages that are gone.
      expect(safe.size).toBeGreaterThanOrEqual(settled);
      expect(settled + alikeLeft(String(utf8.encode('kind 0'))) + alikeLeft(String(utf8.encode('kind 1')))).toBe(sent);
    }
  },
);

test('what can no longer come again is forgotten', () => {
  const places = new Places('queue', 2);
  const link = {};
  const names = [0, 1, 2, 3, 4].map((each) => places.of(utf8.encode(`${each}`), '', false, link).name);
  for (const name of names) places.settle(name);
  const again = [0, 1, 2, 3, 4].map((each) => places.of(utf8.encode(`${each}`), '', true, {}));
  expect(again.map(({ isSafe }) => isSafe)).toEqual([false, true, true, true, true]);
});
