import { MemoryReplayCache } from '@parley/conversation';
import fc from 'fast-check';
import { expect, test } from 'vitest';

const NOW = Date.UTC(2030, 0, 1);
const MINUTE = 60_000;

test('T57: takes a key once, whatever else comes', () => {
  const cache = new MemoryReplayCache();
  expect(cache.insertIfAbsent('urn:a', 'm1', NOW + MINUTE, NOW)).toBe(true);
  expect(cache.insertIfAbsent('urn:a', 'm1', NOW + 9 * MINUTE, NOW)).toBe(false);
  expect(cache.insertIfAbsent('urn:a', 'm2', NOW + MINUTE, NOW)).toBe(true);
});

test('the same MessageID in two contexts is two messages', () => {
  const cache = new MemoryReplayCache();
  expect(cache.insertIfAbsent('urn:a', 'm1', NOW + MINUTE, NOW)).toBe(true);
  expect(cache.insertIfAbsent('urn:b', 'm1', NOW + MINUTE, NOW)).toBe(true);
  expect(cache.insertIfAbsent('urn:bm', '1', NOW + MINUTE, NOW)).toBe(true);
});

test('holds until its time, and refuses what is past it', () => {
  const cache = new MemoryReplayCache();
  cache.insertIfAbsent('urn:a', 'm1', NOW + MINUTE, NOW);
  expect(cache.insertIfAbsent('urn:a', 'm1', NOW + MINUTE, NOW + MINUTE - 1)).toBe(false);
  expect(cache.insertIfAbsent('urn:a', 'm1', NOW + MINUTE, NOW + MINUTE)).toBe(false);
  expect(cache.insertIfAbsent('urn:a', 'm9', NOW, NOW)).toBe(false);
});

test('T58: a clock that goes back brings nothing back', () => {
  const cache = new MemoryReplayCache();
  cache.insertIfAbsent('urn:a', 'm1', NOW + MINUTE, NOW);
  cache.insertIfAbsent('urn:a', 'm2', NOW + 60 * MINUTE, NOW + 30 * MINUTE);
  expect(cache.size).toBe(1);
  expect(cache.insertIfAbsent('urn:a', 'm1', NOW + MINUTE, NOW)).toBe(false);
  expect(cache.insertIfAbsent('urn:a', 'm3', NOW + MINUTE, NOW)).toBe(false);
});

test('a time that is no number is nobody time', () => {
  const cache = new MemoryReplayCache();
  expect(() => cache.insertIfAbsent('urn:a', 'm1', NOW, Number.NaN)).toThrow('caller.option-invalid');
  expect(() => cache.insertIfAbsent('urn:a', 'm1', Number.POSITIVE_INFINITY, NOW)).toThrow('caller.option-invalid');
});

test('T57: when full, refuses the new and keeps the old; takes again when old ones expired', () => {
  const cache = new MemoryReplayCache({ entriesMax: 3 });
  for (const key of ['1', '2', '3']) expect(cache.insertIfAbsent('urn:a', key, NOW + MINUTE, NOW)).toBe(true);
  expect(() => cache.insertIfAbsent('urn:a', '4', NOW + MINUTE, NOW)).toThrow('internal.quota');
  expect(cache.insertIfAbsent('urn:a', '1', NOW + MINUTE, NOW)).toBe(false);
  const later = NOW + 2 * MINUTE;
  expect(cache.insertIfAbsent('urn:a', '4', later + MINUTE, later)).toBe(true);
  expect(cache.size).toBe(1);
});

test('of 32 at once exactly one is accepted', () => {
  const cache = new MemoryReplayCache();
  const accepted = Array.from({ length: 32 }, () => cache.insertIfAbsent('urn:a', 'm', NOW + MINUTE, NOW));
  expect(accepted.filter(Boolean)).toHaveLength(1);
});

test('property: whatever the clock does, nothing is accepted twice before its time', () => {
  const step = fc.record({
    key: fc.integer({ min: 0, max: 5 }),
    lifeMs: fc.integer({ min: 1, max: 100_000 }),
    moveMs: fc.integer({ min: -200_000, max: 60_000 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const cache = new MemoryReplayCache();
      const until = new Map<number, number>();
      let now = NOW;
      let latest = NOW;
      for (const { key, lifeMs, moveMs } of steps) {
        now += moveMs;
        latest = Math.max(latest, now);
        const isAccepted = cache.insertIfAbsent('urn:a', String(key), now + lifeMs, now);
        if (isAccepted) {
          expect(until.get(key) ?? Number.NEGATIVE_INFINITY).toBeLessThanOrEqual(latest);
          until.set(key, now + lifeMs);
        }
      }
    }),
  );
});
