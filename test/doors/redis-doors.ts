import type { ContextStore } from '@parley/conversation';
import { openRedisContextStore, RedisClaims, RedisReplayCache } from '@parley/redis';
import { KeyEncryptionKey, MemoryWitness } from '@parley/sealing';
import { Redis } from 'ioredis';
import { NOW_MS } from '../engine/support/sample.ts';
import { type Door, door } from './door.ts';
import { unusedPort } from './unused-port.ts';

type Given<Call extends (...given: never[]) => unknown> = Parameters<Call>;

/** Of a server that is not there: what is right about a call is refused by that alone. */
const client = new Redis({ port: await unusedPort(), lazyConnect: true, maxRetriesPerRequest: 0, retryStrategy: null });
const GONE = /^internal\.store-unavailable$/;
const place = { client, prefix: 'parley:', withinMs: 5, callsMax: 10 };
const limits = { ...place, entriesMax: 10, partitions: 1 };
const entry = { scope: 'urn:uuid:1', key: 'key', untilMs: NOW_MS + 1000 };
const share = { owner: 'alice', kind: 'message' } as const;
const claims = new RedisClaims(limits);
const cache = new RedisReplayCache(limits);

export const REDIS_DOORS: Readonly<Record<string, Door>> = {
  'redis.RedisClaims': door((options: typeof limits) => new RedisClaims(options), [{ ...limits, lagMaxMs: 1 }]),
  'redis.RedisClaims#claim': door(
    (...given: Given<RedisClaims['claim']>) => claims.claim(...given),
    [entry, 'place', NOW_MS, share],
    { refused: GONE },
  ),
  'redis.RedisReplayCache': door((options: typeof limits) => new RedisReplayCache(options), [limits]),
  'redis.RedisReplayCache#insertIfAbsent': door(
    (...given: Given<RedisReplayCache['insertIfAbsent']>) => cache.insertIfAbsent(...given),
    ['urn:uuid:1', 'key', NOW_MS + 1000, NOW_MS, share],
    { refused: GONE },
  ),
  'redis.openRedisContextStore': door(
    (options: Given<typeof openRedisContextStore>[0]) => openRedisContextStore(options),
    [
      {
        ...place,
        keyEncryptionKey: new KeyEncryptionKey(new Uint8Array(32).fill(3)),
        olderKeyEncryptionKeys: [],
        witness: new MemoryWitness(),
        nowMs: () => NOW_MS,
        graceMs: 1,
        tombstoneMs: 1,
        cancelledKeys: 'wipe',
      },
    ],
    { fixed: ['0.withinMs'], open: ['0.witness'], refused: GONE, end: (store: ContextStore) => store.close() },
  ),
};

export const REDIS_REASONS: Readonly<Record<string, string>> = {};
