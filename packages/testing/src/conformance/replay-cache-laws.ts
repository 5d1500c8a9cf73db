import assert from 'node:assert/strict';
import type { ReplayCache } from '@parley/conversation';
import { SAMPLE_TIME_MS } from '../kit/test-ambient.ts';
import type { Law } from './law.ts';

/** Opens a cache that holds nothing; whoever gives it closes it. */
export type OpenReplayCache = () => ReplayCache | Promise<ReplayCache>;

const NOW_MS = SAMPLE_TIME_MS;
const UNTIL_MS = NOW_MS + 60_000;

/** What every `ReplayCache` must do that serves live messages. */
export const REPLAY_CACHE_LAWS: readonly Law<OpenReplayCache>[] = [
  {
    name: 'takes an entry once, however many try at once',
    async check(open) {
      const cache = await open();
      const tries = Array.from({ length: 64 }, async () => cache.insertIfAbsent('urn:uuid:1', 'key', UNTIL_MS, NOW_MS));
      assert.equal((await Promise.all(tries)).filter(Boolean).length, 1);
    },
  },
  {
    name: 'the same key in two scopes is two things, wherever the two are cut',
    async check(open) {
      const cache = await open();
      for (const [scope, key] of [
        ['a', 'bc'],
        ['ab', 'c'],
        ['abc', ''],
        ['', 'abc'],
        ['a', 'b:c'],
        ['a:b', 'c'],
      ] as const) {
        assert.equal(await cache.insertIfAbsent(scope, key, UNTIL_MS, NOW_MS), true);
        assert.equal(await cache.insertIfAbsent(scope, key, UNTIL_MS, NOW_MS), false);
      }
    },
  },
  {
    name: 'remembers until the time it was told, at least',
    async check(open) {
      const cache = await open();
      await cache.insertIfAbsent('urn:uuid:1', 'key', UNTIL_MS, NOW_MS);
      for (const nowMs of [NOW_MS + 1, UNTIL_MS - 1])
        assert.equal(await cache.insertIfAbsent('urn:uuid:1', 'key', UNTIL_MS, nowMs), false);
    },
  },
  {
    name: 'refuses what is over already, for nobody can tell',
    async check(open) {
      const cache = await open();
      assert.equal(await cache.insertIfAbsent('urn:uuid:1', 'key', NOW_MS, NOW_MS), false);
      assert.equal(await cache.insertIfAbsent('urn:uuid:1', 'other', NOW_MS - 1, NOW_MS), false);
    },
  },
  {
    name: 'a clock that goes backwards brings nothing back',
    async check(open) {
      const cache = await open();
      assert.equal(await cache.insertIfAbsent('urn:uuid:1', 'key', UNTIL_MS, NOW_MS), true);
      await cache.insertIfAbsent('urn:uuid:1', 'later', UNTIL_MS + 120_000, UNTIL_MS + 60_000);
      assert.equal(await cache.insertIfAbsent('urn:uuid:1', 'key', UNTIL_MS, NOW_MS), false);
    },
  },
];
