import assert from 'node:assert/strict';
import type { ReplayCache } from '@parley/conversation';
import { Fault } from '@parley/core';
import { SAMPLE_TIME_MS } from '../kit/test-ambient.ts';
import type { Law } from './law.ts';

/** Opens a cache that holds nothing, with room for `entriesMax` entries where that is given; whoever gives it closes it. */
export type OpenReplayCache = (entriesMax?: number) => ReplayCache | Promise<ReplayCache>;

const NOW_MS = SAMPLE_TIME_MS;
const UNTIL_MS = NOW_MS + 60_000;
/** Small, so that shares are soon used up. */
const ENTRIES_MAX = 64;

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
  {
    name: 'no context fills the share of its principal, nor a principal the room of all',
    async check(open) {
      const cache = await open(ENTRIES_MAX);
      const greedy = await filled(cache, 'urn:greedy', 'alice');
      assert.equal(greedy.quota, 'replay-context');
      assert.ok(greedy.count > 0 && greedy.count < ENTRIES_MAX);
      // Her other contexts go on, until she has all that is hers.
      assert.equal(await cache.insertIfAbsent('urn:other', 'key', UNTIL_MS, NOW_MS, { owner: 'alice' }), true);
      assert.equal((await filled(cache, 'urn:greedy', 'alice')).count, 0);
      for (let context = 0, quota = ''; quota !== 'replay-share'; context++) {
        assert.ok(context < ENTRIES_MAX);
        ({ quota } = await filled(cache, `urn:${context}`, 'alice'));
      }
      assert.equal(await cache.insertIfAbsent('urn:greedy', 'key', UNTIL_MS, NOW_MS, { owner: 'bob' }), true);
    },
  },
  {
    name: 'a context has its share again when what it had is over',
    async check(open) {
      const cache = await open(ENTRIES_MAX);
      const before = await filled(cache, 'urn:greedy', 'alice');
      assert.equal(before.quota, 'replay-context');
      const laterMs = UNTIL_MS + 600_000;
      // What is over goes when something comes.
      for (let more = 0; more < 16; more++)
        await cache.insertIfAbsent('', `${more}`, laterMs + 1, laterMs, { owner: `${more}` });
      const after = await filled(cache, 'urn:greedy', 'alice', laterMs + 600_000);
      assert.deepEqual(after, before);
    },
  },
];

let fillings = 0;

/** Inserts messages of a context until they are refused: how many went in, and what was used up then. */
async function filled(
  cache: ReplayCache,
  context: string,
  owner: string,
  nowMs: number = NOW_MS,
): Promise<{ readonly count: number; readonly quota: string }> {
  const filling = fillings++;
  for (let count = 0; count < ENTRIES_MAX; count++) {
    try {
      await cache.insertIfAbsent(context, `${filling} ${count}`, nowMs + 60_000, nowMs, { owner });
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== 'internal.quota') throw error;
      return { count, quota: String(error.detail['quota']) };
    }
  }
  return { count: ENTRIES_MAX, quota: '' };
}
