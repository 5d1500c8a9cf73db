// A cluster whose master dies, and whose slots move, while messages come: none is taken twice, and service goes on.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Fault } from '@parley/core';
import { openRedisContextStore, type RedisClient, RedisReplayCache } from '@parley/redis';
import { KeyEncryptionKey } from '@parley/sealing';
import { SAMPLE_TIME_MS, sampleContext } from '@parley/testing';
import { createCluster } from '@redis/client';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { missingRedis, startCluster } from './redis-server.mjs';

const missing = missingRedis();
const UNTIL_MS = SAMPLE_TIME_MS + 60_000;
const PATIENCE = { timeout: 30_000, interval: 200 };
let redis: Awaited<ReturnType<typeof startCluster>>;
let client: RedisClient;
const cleanups: (() => unknown)[] = [];

beforeAll(async () => {
  if (missing !== undefined) return;
  redis = await startCluster(1);
  const cluster = createCluster({ rootNodes: redis.ports.map((port) => ({ url: `redis://127.0.0.1:${port}` })) });
  cluster.on('error', () => undefined);
  await cluster.connect();
  cleanups.push(() => cluster.destroy());
  client = cluster as unknown as RedisClient;
}, 60_000);
afterAll(async () => {
  for (const cleanup of cleanups) cleanup();
  await redis?.remove();
});
beforeEach((context) => {
  if (missing !== undefined) context.skip(missing);
});

const outcome = async (insert: Promise<boolean>): Promise<string> =>
  await insert.then(String, (error: unknown) => (error instanceof Fault ? error.code : String(error)));

/** Messages, one after the other, until `work` is done; those that were taken, and what became of the others. */
async function shownWhile(cache: RedisReplayCache, name: string, work: Promise<unknown>) {
  const taken: string[] = [];
  const others = new Set<string>();
  let isOver = false;
  const ending = work.finally(() => {
    isOver = true;
  });
  for (let count = 0; !isOver; count++) {
    const key = `${name} ${count}`;
    const said = await outcome(cache.insertIfAbsent('urn:uuid:1', key, UNTIL_MS, SAMPLE_TIME_MS));
    if (said === 'true') taken.push(key);
    else others.add(said);
  }
  await ending;
  return { taken, others };
}

const again = async (cache: RedisReplayCache, keys: readonly string[]): Promise<Set<string>> =>
  new Set(
    await Promise.all(keys.map((key) => outcome(cache.insertIfAbsent('urn:uuid:1', key, UNTIL_MS, SAMPLE_TIME_MS)))),
  );

test('T57: slots that move while messages come: each is taken once, and all go on', { timeout: 60_000 }, async () => {
  const cache = new RedisReplayCache({ client, prefix: 'moved:', partitions: 64, withinMs: 5000 });
  const [from = '', to = ''] = redis.ids;
  const place = `127.0.0.1:${redis.masters[0]?.port}`;
  const words = ['--cluster', 'reshard', place, '--cluster-from', from, '--cluster-to', to, '--cluster-slots', '1500'];
  const moving = promisify(execFile)('redis-cli', [...words, '--cluster-yes']);
  const { taken, others } = await shownWhile(cache, 'moved', moving);
  expect(taken.length).toBeGreaterThan(10);
  expect([...others].filter((code) => code !== 'internal.store-unavailable')).toEqual([]);
  expect(await again(cache, taken)).toEqual(new Set(['false']));
  expect(await again(cache, ['after'])).toEqual(new Set(['true']));
});

test('T57 T76: a master that dies: refused for a while, and what its replica had is known', {
  timeout: 90_000,
}, async () => {
  const cache = new RedisReplayCache({ client, prefix: 'failed:', partitions: 64, withinMs: 500 });
  const keyEncryptionKey = new KeyEncryptionKey(new Uint8Array(32).fill(9));
  const nowMs = (): number => SAMPLE_TIME_MS;
  const store = await openRedisContextStore({ client, keyEncryptionKey, prefix: 'failed:', nowMs, withinMs: 5000 });
  const identifiers = Array.from({ length: 12 }, (_, count) => `urn:uuid:${count}`);
  for (const identifier of identifiers) await store.insert(sampleContext({ identifier }));
  await store.cancel('urn:uuid:0', SAMPLE_TIME_MS);
  const before = Array.from({ length: 100 }, (_, count) => `before ${count}`);
  expect(await again(cache, before)).toEqual(new Set(['true']));
  // What replicas do not have yet goes with the master: that is Redis, and said so.
  for (const { port } of redis.masters) expect(redis.ask(port, 'WAIT', 1, 5000).trim()).not.toBe('0');
  const dying = redis.masters[2];
  const isBack = async (): Promise<boolean> => {
    const all = await again(cache, before);
    return all.size === 1 && all.has('false');
  };
  const failing = dying?.kill().then(async () => await expect.poll(isBack, PATIENCE).toBe(true)) ?? Promise.resolve();
  const { taken, others } = await shownWhile(cache, 'meanwhile', failing);
  expect([...others].filter((code) => code !== 'internal.store-unavailable')).toEqual([]);
  expect(await again(cache, [...before, ...taken])).toEqual(new Set(['false']));
  expect(
    await again(
      cache,
      Array.from({ length: 100 }, (_, count) => `after ${count}`),
    ),
  ).toEqual(new Set(['true']));
  for (const identifier of identifiers.slice(1)) expect((await store.get(identifier))?.keys).toHaveLength(1);
  expect((await store.get('urn:uuid:0'))?.keys).toHaveLength(0);
  expect(await store.cancel('urn:uuid:1', SAMPLE_TIME_MS)).toBe(true);
  const { position } = await store.changes!(undefined);
  await store.cancel('urn:uuid:2', SAMPLE_TIME_MS);
  const { identifiers: changed } = await store.changes!(position);
  expect(changed === undefined || [...changed].includes('urn:uuid:2')).toBe(true);
  await store.close();
});
