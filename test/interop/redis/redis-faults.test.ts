// Redis killed, cut off and restarted, and many who write at once: nothing that was acknowledged is lost, nothing is taken twice.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Claims } from '@parley/bus';
import { type ContextStore, envelope, type OutgoingRequest } from '@parley/conversation';
import { unwrap } from '@parley/core';
import { openRedisContextStore, RedisClaims, RedisReplayCache } from '@parley/redis';
import { KeyEncryptionKey } from '@parley/sealing';
import { MemoryPeer, SAMPLE_TIME_MS, sampleContext, sampleKey } from '@parley/testing';
import { createClient } from '@redis/client';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { missingRedis, startProxy, startRedis } from './redis-server.mjs';

const missing = missingRedis();
const SENDER = fileURLToPath(new URL('./replay-sender.mjs', import.meta.url));
const OWNER = { owner: 'alice' };
const UNTIL_MS = SAMPLE_TIME_MS + 60_000;
const HOUR_MS = 3_600_000;
const CHANNEL = { secure: true };

let redis: Awaited<ReturnType<typeof startRedis>>;
const cleanups: (() => unknown)[] = [];
beforeAll(async () => {
  if (missing === undefined) redis = await startRedis();
});
afterAll(() => redis?.remove());
beforeEach((context) => {
  if (missing !== undefined) context.skip(missing);
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function clientOf(port = redis.port) {
  const client = createClient({ url: `redis://127.0.0.1:${port}`, socket: { reconnectStrategy: 20 } });
  cleanups.push(() => client.destroy());
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

async function storeOf(
  prefix: string,
  port = redis.port,
  more: { fill?: number; withinMs?: number } = {},
): Promise<ContextStore> {
  const { fill = 9, withinMs = 10_000 } = more;
  const keyEncryptionKey = new KeyEncryptionKey(new Uint8Array(32).fill(fill));
  const client = await clientOf(port);
  const nowMs = (): number => SAMPLE_TIME_MS;
  const store = await openRedisContextStore({ client, keyEncryptionKey, prefix, nowMs, withinMs });
  cleanups.push(() => store.close());
  return store;
}

test('T114: a server that evicts is refused, by contexts and by replays; one that may not be asked is not', async () => {
  const evicting = await startRedis('--maxmemory', '100mb', '--maxmemory-policy', 'allkeys-lru');
  cleanups.push(() => evicting.remove());
  const refusal = {
    code: 'caller.option-invalid',
    detail: { option: 'client', reason: expect.stringMatching(/allkeys-lru/) },
  };
  await expect(storeOf('evicted:', evicting.port)).rejects.toMatchObject(refusal);
  const client = await clientOf(evicting.port);
  const cache = new RedisReplayCache({ client });
  await expect(cache.insertIfAbsent('urn:uuid:1', 'key', UNTIL_MS, SAMPLE_TIME_MS)).rejects.toMatchObject(refusal);
  await client.sendCommand(['CONFIG', 'SET', 'maxmemory-policy', 'noeviction']);
  expect(await cache.insertIfAbsent('urn:uuid:1', 'key', UNTIL_MS, SAMPLE_TIME_MS)).toBe(true);
});

test('a user with no more than its keys, its channel and its commands, and a password', async () => {
  const admin = await clientOf();
  const rights = ['~own:*', '&own:*', '-@all', '+@read', '+@write', '+@scripting', '+@pubsub', '+@connection', '+time'];
  await admin.sendCommand(['ACL', 'SETUSER', 'parley', 'on', '>word of its own', ...rights]);
  const url = `redis://parley:${encodeURIComponent('word of its own')}@127.0.0.1:${redis.port}/3`;
  const client = createClient({ url });
  cleanups.push(() => client.destroy());
  client.on('error', () => undefined);
  await client.connect();
  const keyEncryptionKey = new KeyEncryptionKey(new Uint8Array(32).fill(9));
  const nowMs = (): number => SAMPLE_TIME_MS;
  const store = await openRedisContextStore({ client, keyEncryptionKey, prefix: 'own:', nowMs });
  cleanups.push(() => store.close());
  await store.insert(sampleContext({ identifier: 'urn:uuid:1' }));
  const { position } = await store.changes!(undefined);
  expect(await store.cancel('urn:uuid:1', SAMPLE_TIME_MS)).toBe(true);
  expect((await store.changes!(position)).identifiers).toEqual(['urn:uuid:1']);
  expect(await store.records!.nowMs!()).toBeGreaterThan(0);
  const cache = new RedisReplayCache({ client, prefix: 'own:' });
  for (const isFirst of [true, false])
    expect(await cache.insertIfAbsent('urn:uuid:1', 'key', UNTIL_MS, SAMPLE_TIME_MS)).toBe(isFirst);
  const elsewhere = new RedisReplayCache({ client, prefix: 'others:' });
  await expect(elsewhere.insertIfAbsent('urn:uuid:1', 'key', UNTIL_MS, SAMPLE_TIME_MS)).rejects.toMatchObject({
    code: 'internal.store-unavailable',
    detail: { reason: 'NOPERM' },
  });
});

/** Through which every `every`th reply is lost, with its connection. */
async function looseLine(every: number): Promise<{ readonly port: number; readonly cuts: () => number }> {
  let replies = 0;
  let cuts = 0;
  const proxy = await startProxy(redis.port, () => {
    replies++;
    if (replies % every !== 0) return false;
    cuts++;
    return true;
  });
  cleanups.push(() => proxy.close());
  return { port: proxy.port, cuts: () => cuts };
}

const each = <T>(count: number, work: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => work(index)));

describe('a reply that is lost with its connection', () => {
  test('T57: a message is the first once, and for who asked', async () => {
    const line = await looseLine(7);
    const caches = [await clientOf(line.port), await clientOf(line.port)].map(
      (client) => new RedisReplayCache({ client, prefix: 'cut:', withinMs: 10_000 }),
    );
    for (let key = 0; key < 60; key++) {
      const answers = await Promise.all(
        caches.map((cache) => cache.insertIfAbsent('urn:uuid:1', `${key}`, UNTIL_MS, SAMPLE_TIME_MS)),
      );
      expect(answers.filter(Boolean)).toHaveLength(1);
    }
    expect(line.cuts()).toBeGreaterThan(5);
  });

  test('T76: what a store changed it has changed once', async () => {
    const line = await looseLine(11);
    const store = await storeOf('cut-store:', line.port);
    const names = Array.from({ length: 8 }, (_, index) => `urn:uuid:${index}`);
    for (const identifier of names) expect(await store.insert(sampleContext({ identifier }))).toBe(true);
    for (let key = 0; key < 3; key++) {
      const added = await Promise.all(
        names.map((identifier) =>
          store.update(identifier, (now) => ({ ...now, keys: [...now.keys, sampleKey(key, `i${key}`)] })),
        ),
      );
      expect(added.every(Boolean)).toBe(true);
    }
    for (let count = 0; count < 20; count++)
      await store.records!.transact('a', (within) => {
        const before = within.get('x') as { count: number } | undefined;
        within.put('x', { count: (before?.count ?? 0) + 1 }, UNTIL_MS);
      });
    expect(await store.records!.transact('a', (within) => within.get('x'))).toEqual({ count: 20 });
    for (const identifier of names) {
      const instances = (await store.get(identifier))?.keys.map(({ instance }) => instance);
      expect(instances).toEqual([undefined, 'i0', 'i1', 'i2']);
      expect(await store.cancel(identifier, SAMPLE_TIME_MS)).toBe(true);
    }
    expect(line.cuts()).toBeGreaterThan(5);
  });
});

test('T76: the server killed and restarted under 16 writers: what was acknowledged is there', {
  timeout: 60_000,
}, async () => {
  const stores = [await storeOf('kill:'), await storeOf('kill:')];
  const cache = new RedisReplayCache({ client: await clientOf(), prefix: 'kill:', withinMs: 10_000 });
  const inserted = new Set<string>();
  const cancelled = new Set<string>();
  const first = new Set<string>();
  let isOver = false;
  const writers = each(16, async (writer) => {
    const store = stores[writer % 2] as ContextStore;
    for (let number = 0; !isOver; number++) {
      const identifier = `urn:uuid:${writer}-${number}`;
      if (await store.insert(sampleContext({ identifier }))) inserted.add(identifier);
      if (number % 3 === 0 && (await store.cancel(identifier, SAMPLE_TIME_MS))) cancelled.add(identifier);
      const key = `${Math.floor(writer / 2)}-${number}`;
      if (await cache.insertIfAbsent('urn:uuid:1', key, UNTIL_MS, SAMPLE_TIME_MS)) {
        expect(first.has(key)).toBe(false);
        first.add(key);
      }
    }
  });
  for (let kill = 0; kill < 2; kill++) {
    await pause(300);
    await redis.kill();
    await pause(200);
    await redis.restart();
  }
  await pause(300);
  isOver = true;
  await writers;
  expect(cancelled.size).toBeGreaterThan(16);
  const after = await storeOf('kill:');
  for (const identifier of inserted)
    expect((await after.get(identifier))?.cancelledAtMs, identifier).toBe(
      cancelled.has(identifier) ? SAMPLE_TIME_MS : undefined,
    );
});

test('T57: two processes with 64 senders each show the same messages: each is the first once', async () => {
  const children = [0, 1].map(() =>
    spawn(process.execPath, [SENDER, String(redis.port), '1500', '64'], { stdio: ['pipe', 'pipe', 'inherit'] }),
  );
  await Promise.all(children.map(({ stdout }) => once(stdout, 'data')));
  const results = children.map(async ({ stdin, stdout }) => {
    stdin.write('go\n');
    return Number(String((await once(stdout, 'data'))[0]));
  });
  const [left = 0, right = 0] = await Promise.all(results);
  expect(left + right).toBe(1500);
});

describe('nodes that share a store', () => {
  test('T54: what one changes the other hears of at its next look; and after it was cut off, that it may have missed some', async () => {
    const line = await startProxy(redis.port, () => false);
    cleanups.push(() => line.close());
    const [here, there] = [await storeOf('told:'), await storeOf('told:', line.port)];
    await here.insert(sampleContext({ identifier: 'urn:uuid:1' }));
    const { position: start } = await there.changes!();
    await here.cancel('urn:uuid:1', SAMPLE_TIME_MS);
    const { position, identifiers } = await there.changes!(start);
    expect(identifiers).toEqual(['urn:uuid:1']);
    line.cutAll();
    await here.forget!('urn:uuid:1', SAMPLE_TIME_MS);
    expect((await there.changes!(position)).identifiers).toBeUndefined();
  });

  test('any node serves any message; a renewed key and a cancel hold on all at once', async () => {
    const replayCache = new RedisReplayCache({ client: await clientOf(), prefix: 'nodes:' });
    const first = new MemoryPeer({ responder: { store: await storeOf('nodes:'), replayCache } });
    const second = new MemoryPeer({
      ambient: first.ambient,
      responder: { store: await storeOf('nodes:'), replayCache },
    });
    const alice = await first.connected();
    const ping = () =>
      unwrap(alice.requestCall(envelope({ action: 'urn:sample:Ping', body: '<Ping xmlns="urn:sample"/>' })));
    const take = async (peer: MemoryPeer, request: OutgoingRequest) =>
      unwrap(alice.receive(await peer.exchange(request.octets), request, CHANNEL));
    const call = ping();
    expect(await take(second, call)).toMatchObject({ kind: 'answer' });
    const again = await first.responder.receive(call.octets, CHANNEL);
    expect(again).toMatchObject({ kind: 'refused', failure: { code: 'peer.replay' } });
    await take(second, unwrap(alice.requestRenew(CHANNEL)));
    await take(first, ping());
    const late = ping();
    await take(first, unwrap(alice.requestCancel(CHANNEL)));
    expect(await second.responder.receive(late.octets, CHANNEL)).toMatchObject({
      failure: { code: 'peer.bad-context' },
    });
    alice.close();
  });
});

describe('a server that is away', () => {
  test('T77: is told of within the time, and no more calls wait for it than may', async () => {
    const own = await startRedis();
    cleanups.push(() => own.remove());
    const client = await clientOf(own.port);
    const cache = new RedisReplayCache({ client, withinMs: 200, callsMax: 3 });
    const insert = (key: string) => cache.insertIfAbsent('urn:uuid:1', key, UNTIL_MS, SAMPLE_TIME_MS);
    expect(await insert('before')).toBe(true);
    await own.kill();
    const refusals = await Promise.all(['1', '2', '3', '4'].map((key) => insert(key).catch((error: unknown) => error)));
    expect(refusals).toEqual(Array(4).fill(expect.objectContaining({ code: 'internal.store-unavailable' })));
    expect(refusals.at(-1)).toMatchObject({ detail: { reason: 'too many calls' } });
    await own.restart();
    await expect.poll(() => insert('before').catch(() => 'not yet'), { timeout: 5000 }).toBe(false);
  });
});

test('T74 T76: what is kept is sealed, and another key opens none of it', async () => {
  const store = await storeOf('sealed:');
  await store.insert(sampleContext({ identifier: 'urn:uuid:1', principal: 'plainly-visible' }));
  await store.records!.transact('urn:uuid:1', (within) => within.put('x', { canary: 'plainly-visible' }, UNTIL_MS));
  const client = await clientOf();
  const keys = (await client.keys('sealed:*')).sort();
  expect(keys).toHaveLength(3);
  for (const key of keys) {
    const type = await client.type(key);
    const values = type === 'string' ? [await client.get(key)] : Object.values(await client.hGetAll(key));
    expect(values.join(), key).not.toContain('plainly-visible');
  }
  await expect(storeOf('sealed:', redis.port, { fill: 8 })).rejects.toMatchObject({ code: 'caller.store-key-wrong' });
  // One moved to another name does not open there.
  await client.copy('sealed:{urn%3Auuid%3A1}:context', 'sealed:{urn%3Auuid%3A2}:context');
  await expect(store.get('urn:uuid:2')).rejects.toMatchObject({ code: 'internal.store-corrupt' });
});

test('the server forgets what is over by itself, and not before', async () => {
  const store = await storeOf('ttl:');
  await store.insert(sampleContext({ identifier: 'urn:uuid:1' }));
  const client = await clientOf();
  const key = 'ttl:{urn%3Auuid%3A1}:context';
  const kept = await client.pTTL(key);
  expect(kept).toBeGreaterThan(HOUR_MS + 600_000);
  expect(kept).toBeLessThan(HOUR_MS + 1_200_000);
  await store.cancel('urn:uuid:1', SAMPLE_TIME_MS);
  expect(await client.pTTL(key)).toBeLessThan(HOUR_MS);
});

describe('shares', () => {
  test('T68: one owner does not fill the memory for the others, nor messages that for requests', async () => {
    const cache = new RedisReplayCache({ client: await clientOf(), prefix: 'shares:', entriesMax: 64 });
    const insert = (key: string, owner: string, kind: 'message' | 'trust' = 'message') =>
      cache.insertIfAbsent(owner, key, UNTIL_MS, SAMPLE_TIME_MS, { owner, kind }).catch((error: unknown) => error);
    const greedy = await each(60, (index) => insert(`${index}`, 'greedy'));
    expect(greedy.filter((answer) => answer === true)).toHaveLength(42);
    expect(greedy.at(-1)).toMatchObject({ code: 'internal.quota', detail: { quota: 'replay-share' } });
    expect(await insert('1', 'modest')).toBe(true);
    expect(await insert('request', 'greedy', 'trust')).toBe(true);
    // In ten minutes nothing of it counts any more.
    const later = SAMPLE_TIME_MS + 600_000;
    expect(await cache.insertIfAbsent('greedy', 'late', later + 60_000, later, { owner: 'greedy' })).toBe(true);
  });
});

test('a redelivery finds its claim again, whichever reader gets it; another place does not', async () => {
  const readers: readonly Claims[] = [
    new RedisClaims({ client: await clientOf(), prefix: 'claims:' }),
    new RedisClaims({ client: await clientOf(), prefix: 'claims:' }),
  ];
  const entry = { scope: 'urn:uuid:1', key: 'key', untilMs: UNTIL_MS };
  const claim = (reader: number, place: string) => readers[reader]?.claim(entry, place, SAMPLE_TIME_MS, OWNER);
  expect(await claim(0, 'stream 7')).toBe(true);
  expect(await claim(1, 'stream 7')).toBe(true);
  expect(await claim(1, 'stream 8')).toBe(false);
});

test('many stores over one client listen to its errors once', async () => {
  const client = await clientOf();
  const before = client.listenerCount('error');
  for (let count = 0; count < 20; count++) new RedisReplayCache({ client, prefix: `p${count}:` });
  expect(client.listenerCount('error')).toBe(before + 1);
});
