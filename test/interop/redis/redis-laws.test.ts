// What every store must do, done by Redis through both clients; on a server of a cluster too, where a step may touch one slot alone.
import { execFileSync } from 'node:child_process';
import { openRedisContextStore, RedisClaims, type RedisClient, RedisReplayCache } from '@parley/redis';
import { KeyEncryptionKey } from '@parley/sealing';
import {
  CONTEXT_STORE_LAWS,
  type OpenReplayCache,
  type OpenStore,
  RECORD_STORE_LAWS,
  REPLAY_CACHE_LAWS,
  SAMPLE_TIME_MS,
  SEALED_STORE_LAWS,
  type SealedPlaceOfStore,
} from '@parley/testing';
import { createClient, createCluster } from '@redis/client';
import { Cluster, Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { missingRedis, startRedis } from './redis-server.mjs';

const missing = missingRedis();
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function nodeRedis(port: number): Promise<RedisClient> {
  const client = createClient({ url: `redis://127.0.0.1:${port}` });
  cleanups.push(() => client.destroy());
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

async function ioredis(port: number): Promise<RedisClient> {
  const client = new Redis(port, '127.0.0.1');
  cleanups.push(() => client.disconnect());
  return client;
}

const SETTINGS = [
  { name: 'redis', client: nodeRedis, server: [] },
  { name: 'ioredis', client: ioredis, server: [] },
  { name: 'redis, in a cluster', client: nodeRedis, server: ['--cluster-enabled', 'yes'] },
];

describe.each(SETTINGS)('$name', ({ client, server }) => {
  let redis: Awaited<ReturnType<typeof startRedis>>;
  let stores = 0;
  beforeAll(async () => {
    if (missing !== undefined) return;
    redis = await startRedis(...server);
    if (server.length > 0) await ownAllSlots(redis.port);
  });
  afterAll(() => redis?.remove());

  const open: OpenStore = async (options) => {
    const store = await openRedisContextStore({
      ...options,
      client: await client(redis.port),
      keyEncryptionKey: new KeyEncryptionKey(new Uint8Array(32).fill(9)),
      prefix: `*[${stores++}]:`,
      nowMs: () => SAMPLE_TIME_MS,
    });
    cleanups.push(() => store.close());
    return store;
  };
  const openReplays: OpenReplayCache = async (entriesMax) =>
    new RedisReplayCache({ client: await client(redis.port), prefix: `${stores++}:`, entriesMax });

  const sealed = async (): Promise<SealedPlaceOfStore> => {
    const prefix = `sealed-${stores++}:`;
    return {
      async open([keyEncryptionKey, ...olderKeyEncryptionKeys], witness) {
        const store = await openRedisContextStore({
          client: await client(redis.port),
          keyEncryptionKey,
          olderKeyEncryptionKeys,
          prefix,
          witness,
          nowMs: () => SAMPLE_TIME_MS,
        });
        cleanups.push(() => store.close());
        return store;
      },
      async copy() {
        const raw = new Redis(redis.port, '127.0.0.1');
        cleanups.push(() => raw.disconnect());
        const dumps = (await raw.keys(`${prefix}*`)).map(async (key) => ({ key, dump: await raw.dumpBuffer(key) }));
        const kept = await Promise.all(dumps);
        return async () => {
          for (const { key, dump } of kept) await raw.restore(key, 0, dump!, 'REPLACE');
        };
      },
    };
  };

  test.each(SEALED_STORE_LAWS)('T110: $name', async ({ check }) => await check(sealed));
  test.each([...CONTEXT_STORE_LAWS, ...RECORD_STORE_LAWS])('$name', async ({ check }) => await check(open));
  test.each(REPLAY_CACHE_LAWS)('replays: $name', async ({ check }) => await check(openReplays));
});

describe('a client of a whole cluster is refused, before it is asked for anything', () => {
  const rootNodes = [{ url: 'redis://127.0.0.1:1' }];
  const clients = {
    redis: () => createCluster({ rootNodes }),
    ioredis: () => new Cluster([{ host: '127.0.0.1', port: 1 }], { lazyConnect: true }),
  };
  test.each(Object.entries(clients))('%s', async (_, make) => {
    const client = make() as unknown as RedisClient;
    const keyEncryptionKey = new KeyEncryptionKey(new Uint8Array(32).fill(9));
    const refused = { code: 'caller.option-invalid', detail: { option: 'client' } };
    await expect(openRedisContextStore({ client, keyEncryptionKey })).rejects.toMatchObject(refused);
    for (const open of [() => new RedisReplayCache({ client }), () => new RedisClaims({ client })])
      expect(open).toThrow(expect.objectContaining({ code: 'caller.option-invalid' }));
  });
});

async function ownAllSlots(port: number): Promise<void> {
  const ask = (...words: string[]): string =>
    execFileSync('redis-cli', ['-p', String(port), ...words], { encoding: 'utf8' });
  ask('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
  while (!ask('CLUSTER', 'INFO').includes('cluster_state:ok')) await new Promise((resolve) => setTimeout(resolve, 50));
}
