import { LogReplayCache } from '@parley/log';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fingerprint, printOf, printText } from '../../packages/log/src/log-replay-cache.ts';

test('answers as a set of pairs does', () => {
  const text = fc.string({ maxLength: 3 });
  fc.assert(
    fc.property(fc.array(fc.tuple(text, text)), (pairs) => {
      const cache = new LogReplayCache();
      const seen = new Set<string>();
      for (const [identifier, key] of pairs) {
        const name = JSON.stringify([identifier, key]);
        expect(cache.insertIfAbsent(identifier, key)).toBe(!seen.has(name));
        seen.add(name);
      }
    }),
  );
});

test('forgets nothing while it grows', () => {
  const cache = new LogReplayCache();
  const count = 50_000;
  for (let index = 0; index < count; index++) expect(cache.insertIfAbsent('urn:x:1', String(index))).toBe(true);
  for (let index = 0; index < count; index++) expect(cache.insertIfAbsent('urn:x:1', String(index))).toBe(false);
});

test('a message is known again by its fingerprint as text, whoever looks', () => {
  const text = fc.string({ maxLength: 3 });
  fc.assert(
    fc.property(fc.array(fc.tuple(text, text)), (pairs) => {
      const [by, byText] = [new LogReplayCache(), new LogReplayCache()];
      for (const [identifier, key] of pairs) {
        const print = printText(...fingerprint(identifier, key));
        expect(print).toMatch(/^[0-9a-f]{24}$/);
        expect(byText.insertPrint(...printOf(print))).toBe(by.insertIfAbsent(identifier, key));
      }
    }),
  );
});
