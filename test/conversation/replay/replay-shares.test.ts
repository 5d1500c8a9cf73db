/** A memory that all share, and that nobody fills for the others. */
import { MemoryReplayCache } from '@parley/conversation';
import { Fault } from '@parley/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';

const NOW = Date.UTC(2030, 0, 1);
const UNTIL = NOW + 600_000;

/** Inserts until refused: how many went in, and why no more did. */
function fill(cache: MemoryReplayCache, owner: string, kind: 'message' | 'trust' = 'message', nowMs = NOW) {
  for (let count = 0; ; count++) {
    try {
      const isTaken = cache.insertIfAbsent('', `${owner} ${kind} ${nowMs} ${count}`, nowMs + 600_000, nowMs, {
        owner,
        kind,
      });
      if (!isTaken) return { count, detail: undefined };
    } catch (error) {
      return { count, detail: error instanceof Fault ? error.detail : undefined };
    }
  }
}

test('T68: who sends all it can leaves room for the others', () => {
  const cache = new MemoryReplayCache({ entriesMax: 8000 });
  const mallory = fill(cache, 'mallory');
  expect(mallory).toMatchObject({ count: 5250, detail: { quota: 'replay-share', principal: 'mallory' } });
  // Nor does it get more by going on.
  expect(fill(cache, 'mallory').count).toBe(0);
  for (let index = 0; index < 4; index++) fill(cache, `friend ${index}`);
  expect(cache.insertIfAbsent('urn:a', 'm', UNTIL, NOW, { owner: 'alice' })).toBe(true);
});

test('T68: messages never fill the room of log-ons, renewals and cancels, nor one principal that', () => {
  const cache = new MemoryReplayCache({ entriesMax: 8000 });
  for (let index = 0; index < 30; index++) fill(cache, `p${index}`);
  const trust = fill(cache, 'mallory', 'trust');
  expect(trust).toMatchObject({ count: 750, detail: { quota: 'replay-share', room: 'trust' } });
  expect(cache.insertIfAbsent('handshake alice', 'm', UNTIL, NOW, { owner: 'alice', kind: 'trust' })).toBe(true);
});

test('T68: one context of a principal leaves room for its others, and one that is its own principal has the whole share', () => {
  const cache = new MemoryReplayCache({ entriesMax: 8000 });
  const insert = (context: string, owner: string, count: number): number => {
    for (let at = 0; at < count; at++)
      try {
        cache.insertIfAbsent(context, `${owner} ${at}`, UNTIL, NOW, { owner });
      } catch (error) {
        expect(error).toMatchObject({
          code: 'internal.quota',
          detail: { quota: 'replay-context', context, principal: owner, entries: at },
        });
        return at;
      }
    return count;
  };
  // Nine thirteenths of the room for messages: three times what is left of three times what is left.
  expect(insert('urn:greedy', 'app', 8000)).toBe(Math.ceil((7000 * 9) / 13));
  expect(insert('urn:modest', 'app', 200)).toBe(200);
  const alone = new MemoryReplayCache({ entriesMax: 8000 });
  for (let at = 0; at < 5250; at++)
    expect(alone.insertIfAbsent('urn:own', `${at}`, UNTIL, NOW, { owner: 'urn:own' })).toBe(true);
});

test('T57: an entry is one whoever pays for it', () => {
  const cache = new MemoryReplayCache();
  expect(cache.insertIfAbsent('urn:a', 'm', UNTIL, NOW, { owner: 'alice', kind: 'trust' })).toBe(true);
  expect(cache.insertIfAbsent('urn:a', 'm', UNTIL, NOW, { owner: 'bob' })).toBe(false);
  expect(cache.insertIfAbsent('urn:a', 'm', UNTIL, NOW)).toBe(false);
});

test('T68: property: a share comes back with time, and no account outlives its entries', () => {
  const step = fc.record({ owner: fc.nat(1), kind: fc.constantFrom('message', 'trust'), moveMs: fc.nat(200_000) });
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 3 }), (steps) => {
      const cache = new MemoryReplayCache({ entriesMax: 8000 });
      let now = NOW;
      for (const { owner, kind, moveMs } of steps) {
        now += moveMs;
        fill(cache, `owner ${owner}`, kind as 'message' | 'trust', now);
        expect(cache.size).toBeLessThanOrEqual(8000);
        // Whoever has nothing in it finds room.
        expect(
          cache.insertIfAbsent('urn:new', `${now} ${moveMs}`, now + 1, now, { owner: `new ${now} ${owner}` }),
        ).toBe(true);
        now += 20_000;
      }
      now += 700_000;
      expect(fill(cache, 'after all', 'message', now).count).toBe(
        fill(new MemoryReplayCache({ entriesMax: 8000 }), 'x').count,
      );
    }),
    { numRuns: 20 },
  );
});
