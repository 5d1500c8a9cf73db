// What every store must do, done by Redis through both clients, of a server alone and of a cluster of three.
import { once } from 'node:events';
import { openRedisContextStore, type RedisClient, RedisReplayCache } from '@parley/redis';
import { KeyEncryptionKey } from '@parley/sealing';
import {
  CONTEXT_STORE_LAWS,
  type OpenReplayCache,
  type OpenStore,
  RECORD_STORE_LAWS,
  REPLAY_CACHE_LAWS,
  REPLAY_CLOCK_LAWS,
  SAMPLE_TIME_MS,
  SEALED_STORE_LAWS,
  type SealedPlaceOfStore,
  sampleMessage,
} from '@parley/testing';
import { createClient, createCluster } from '@redis/client';
import { Cluster, Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { missingRedis, startCluster, startRedis } from './redis-server.mjs';

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

async function nodeRedisCluster(...ports: readonly number[]): Promise<RedisClient> {
  const client = createCluster({ rootNodes: ports.map((port) => ({ url: `redis://127.0.0.1:${port}` })) });
  cleanups.push(() => client.destroy());
  client.on('error', () => undefined);
  await client.connect();
  return client as unknown as RedisClient;
}

async function ioredisCluster(...ports: readonly number[]): Promise<RedisClient> {
  const client = new Cluster(ports.map((port) => ({ host: '127.0.0.1', port })));
  cleanups.push(() => client.disconnect());
  await once(client, 'ready');
  return client as unknown as RedisClient;
}

const ALONE = async () => {
  const server = await startRedis();
  return { ports: [server.port], remove: () => server.remove() };
};
interface Setting {
  readonly name: string;
  readonly client: (port: number, ...more: readonly number[]) => Promise<RedisClient>;
  readonly start: () => Promise<{ readonly ports: readonly number[]; remove(): Promise<void> }>;
}

const SETTINGS: readonly Setting[] = [
  { name: 'redis', client: nodeRedis, start: ALONE },
  { name: 'ioredis', client: ioredis, start: ALONE },
  { name: 'redis, of a cluster', client: nodeRedisCluster, start: startCluster },
  { name: 'ioredis, of a cluster', client: ioredisCluster, start: startCluster },
];

describe.each(SETTINGS)('$name', ({ client: clientTo, start }) => {
  let redis: Awaited<ReturnType<Setting['start']>>;
  let stores = 0;
  beforeAll(async () => {
    if (missing === undefined) redis = await start();
  }, 60_000);
  afterAll(() => redis?.remove());
  const client = async (): Promise<RedisClient> => {
    const [port = 0, ...more] = redis.ports;
    return await clientTo(port, ...more);
  };

  const open: OpenStore = async (options) => {
    const store = await openRedisContextStore({
      ...options,
      client: await client(),
      keyEncryptionKey: new KeyEncryptionKey(new Uint8Array(32).fill(9)),
      prefix: `*[${stores++}]:`,
      nowMs: () => SAMPLE_TIME_MS,
    });
    cleanups.push(() => store.close());
    return store;
  };
  const openReplays: OpenReplayCache = async (entriesMax) =>
    new RedisReplayCache({ client: await client(), prefix: `${stores++}:`, entriesMax });

  const sealed = async (): Promise<SealedPlaceOfStore> => {
    const prefix = `sealed-${stores++}:`;
    return {
      async open([keyEncryptionKey, ...olderKeyEncryptionKeys], witness) {
        const store = await openRedisContextStore({
          client: await client(),
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
        const raws = redis.ports.map((port) => new Redis(port, '127.0.0.1'));
        cleanups.push(() => raws.map((raw) => raw.disconnect()));
        const kept = raws.map(async (raw) => {
          const dumps = (await raw.keys(`${prefix}*`)).map(async (key) => ({
            raw,
            key,
            dump: await raw.dumpBuffer(key),
          }));
          return await Promise.all(dumps);
        });
        const all = (await Promise.all(kept)).flat();
        return async () => {
          for (const { raw, key, dump } of all) await raw.restore(key, 0, dump!, 'REPLACE');
        };
      },
    };
  };

  test.each(SEALED_STORE_LAWS)('T110: $name', async ({ check }) => await check(sealed));
  test.each([...CONTEXT_STORE_LAWS, ...RECORD_STORE_LAWS])('$name', async ({ check }) => await check(open));
  test.each(REPLAY_CACHE_LAWS)('replays: $name', async ({ check }) => await check(openReplays));
  test.each(REPLAY_CLOCK_LAWS)('T58: $name', async ({ check }) => {
    const prefix = `clocks-${stores++}:`;
    const node = async () => new RedisReplayCache({ client: await client(), prefix });
    await check(async () => [await node(), await node()]);
  });

  test('a connection on which changes are heard is cut: all may have changed, and then it hears again', async () => {
    const store = await open({});
    const context = sampleMessage().context;
    await store.insert(context);
    const { position } = await store.changes!();
    for (const port of redis.ports) {
      const raw = new Redis(port, '127.0.0.1');
      await raw.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
      raw.disconnect();
    }
    const changed = async () => (await store.changes!(position)).identifiers;
    await expect.poll(async () => await changed().catch(() => []), { timeout: 30_000 }).toBeUndefined();
    const heard = async (): Promise<readonly string[] | undefined> => {
      const { position: now } = await store.changes!();
      await store.update(context.identifier, (current) => ({ ...current, expiresAtMs: current.expiresAtMs + 1 }));
      return (await store.changes!(now)).identifiers?.slice(0, 1);
    };
    await expect.poll(heard, { timeout: 30_000 }).toEqual([context.identifier]);
  });
});
