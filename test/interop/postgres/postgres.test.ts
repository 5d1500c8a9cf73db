// What every store must do, done by PostgreSQL; killed and restarted under load, cut off in the middle, raced.
import { setTimeout as pause } from 'node:timers/promises';
import { type ContextStore, envelope, type OutgoingRequest } from '@parley/conversation';
import { unwrap } from '@parley/core';
import { openPostgresContextStore, PostgresClaims, PostgresReplayCache } from '@parley/postgres';
import { KeyEncryptionKey } from '@parley/sealing';
import {
  CONTEXT_STORE_LAWS,
  MemoryPeer,
  type OpenReplayCache,
  type OpenStore,
  RECORD_STORE_LAWS,
  REPLAY_CACHE_LAWS,
  REPLAY_CLOCK_LAWS,
  SAMPLE_TIME_MS,
  SEALED_STORE_LAWS,
  type SealedPlaceOfStore,
  sampleContext,
} from '@parley/testing';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startProxy } from '../redis/redis-server.mjs';
import { missingPostgres, startPostgres } from './postgres-server.mjs';

const missing = missingPostgres();
const UNTIL_MS = SAMPLE_TIME_MS + 300_000;
const CHANNEL = { secure: true };
const cleanups: (() => unknown)[] = [];
let server: Awaited<ReturnType<typeof startPostgres>>;
let schemas = 0;

beforeAll(async () => {
  if (missing === undefined) server = await startPostgres();
}, 60_000);
afterAll(() => server?.remove());
beforeEach((context) => {
  if (missing !== undefined) context.skip(missing);
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function poolOf(port = server.port): pg.Pool {
  const pool = new pg.Pool({ connectionString: `postgres://parley@127.0.0.1:${port}/postgres`, max: 8 });
  cleanups.push(() => pool.end());
  return pool;
}

async function storeOf(schema: string, port = server.port, fill = 9): Promise<ContextStore> {
  const keyEncryptionKey = new KeyEncryptionKey(new Uint8Array(32).fill(fill));
  const nowMs = (): number => SAMPLE_TIME_MS;
  const store = await openPostgresContextStore({
    pool: poolOf(port),
    keyEncryptionKey,
    schema,
    nowMs,
    withinMs: 10_000,
  });
  cleanups.push(() => store.close());
  return store;
}

const each = <T>(count: number, work: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => work(index)));

describe('the laws', () => {
  const open: OpenStore = async (options) => {
    const keyEncryptionKey = new KeyEncryptionKey(new Uint8Array(32).fill(9));
    const schema = `laws_${schemas++}`;
    const store = await openPostgresContextStore({
      ...options,
      pool: poolOf(),
      keyEncryptionKey,
      schema,
      nowMs: () => SAMPLE_TIME_MS,
    });
    cleanups.push(() => store.close());
    return store;
  };
  const openReplays: OpenReplayCache = async (entriesMax) =>
    new PostgresReplayCache({ pool: poolOf(), schema: `laws_${schemas++}`, entriesMax });

  const sealed = async (): Promise<SealedPlaceOfStore> => {
    const schema = `laws_${schemas++}`;
    return {
      async open([keyEncryptionKey, ...olderKeyEncryptionKeys], witness) {
        const nowMs = (): number => SAMPLE_TIME_MS;
        const keys = { keyEncryptionKey, olderKeyEncryptionKeys };
        const store = await openPostgresContextStore({ pool: poolOf(), ...keys, schema, witness, nowMs });
        cleanups.push(() => store.close());
        return store;
      },
      async copy() {
        const raw = poolOf();
        const [hashes, fields] = [`${schema}.hashes`, `${schema}.fields`];
        for (const table of [hashes, fields]) {
          await raw.query(`drop table if exists ${table}_before`);
          await raw.query(`create table ${table}_before as table ${table}`);
        }
        return async () => {
          await raw.query(`delete from ${hashes}`);
          for (const table of [hashes, fields]) await raw.query(`insert into ${table} table ${table}_before`);
        };
      },
    };
  };

  test.each(SEALED_STORE_LAWS)('T110: $name', async ({ check }) => await check(sealed));
  test.each([...CONTEXT_STORE_LAWS, ...RECORD_STORE_LAWS])('$name', async ({ check }) => await check(open));
  test.each(REPLAY_CACHE_LAWS)('replays: $name', async ({ check }) => await check(openReplays));
  test.each(REPLAY_CLOCK_LAWS)('T58: $name', async ({ check }) => {
    const schema = `laws_${schemas++}`;
    const node = () => new PostgresReplayCache({ pool: poolOf(), schema });
    await check(() => [node(), node()]);
  });
});

test('T57 T76: replies that are lost with their connection: what was asked is done once', async () => {
  let [replies, cuts] = [0, 0];
  const line = await startProxy(server.port, () => {
    replies++;
    if (replies % 23 !== 0) return false;
    cuts++;
    return true;
  });
  cleanups.push(() => line.close());
  const store = await storeOf('cut', line.port);
  const cache = new PostgresReplayCache({ pool: poolOf(line.port), schema: 'cut', withinMs: 10_000 });
  for (let number = 0; number < 20; number++) {
    const identifier = `urn:uuid:${number}`;
    expect(await store.insert(sampleContext({ identifier }))).toBe(true);
    expect(await cache.insertIfAbsent('urn:uuid:1', `${number}`, UNTIL_MS, SAMPLE_TIME_MS)).toBe(true);
    expect(await cache.insertIfAbsent('urn:uuid:1', `${number}`, UNTIL_MS, SAMPLE_TIME_MS)).toBe(false);
    await store.records!.transact('a', (within) => {
      const before = within.get('x') as { count: number } | undefined;
      within.put('x', { count: (before?.count ?? 0) + 1 }, UNTIL_MS);
    });
    expect(await store.cancel(identifier, SAMPLE_TIME_MS)).toBe(true);
  }
  expect(await store.records!.transact('a', (within) => within.get('x'))).toEqual({ count: 20 });
  expect(cuts).toBeGreaterThan(5);
});

test('T76: the server killed and restarted under 16 writers: what was acknowledged is there', {
  timeout: 60_000,
}, async () => {
  const stores = [await storeOf('kill'), await storeOf('kill')];
  const cache = new PostgresReplayCache({ pool: poolOf(), schema: 'kill', withinMs: 10_000 });
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
  await pause(500);
  await server.kill();
  await pause(200);
  await server.restart();
  await pause(500);
  isOver = true;
  await writers;
  expect(cancelled.size).toBeGreaterThan(16);
  const after = await storeOf('kill');
  for (const identifier of inserted)
    expect((await after.get(identifier))?.cancelledAtMs, identifier).toBe(
      cancelled.has(identifier) ? SAMPLE_TIME_MS : undefined,
    );
});

test('T57: 64 senders at two nodes show the same messages: each is the first once', async () => {
  const caches = [0, 1].map(() => new PostgresReplayCache({ pool: poolOf(), schema: 'race', withinMs: 10_000 }));
  const answers = await each(256, (index) =>
    caches[index % 2]!.insertIfAbsent('urn:uuid:1', `${Math.floor(index / 4)}`, UNTIL_MS, SAMPLE_TIME_MS),
  );
  expect(answers.filter(Boolean)).toHaveLength(64);
});

test('T68: one owner does not fill the memory for the others', async () => {
  const cache = new PostgresReplayCache({ pool: poolOf(), schema: 'shares', entriesMax: 64 });
  const insert = (key: string, owner: string, kind: 'message' | 'trust' = 'message') =>
    cache.insertIfAbsent(owner, key, UNTIL_MS, SAMPLE_TIME_MS, { owner, kind }).catch((error: unknown) => error);
  const greedy: unknown[] = [];
  for (let index = 0; index < 60; index++) greedy.push(await insert(`${index}`, 'greedy'));
  expect(greedy.filter((answer) => answer === true)).toHaveLength(42);
  expect(greedy.at(-1)).toMatchObject({ code: 'internal.quota', detail: { quota: 'replay-share' } });
  expect(await insert('1', 'modest')).toBe(true);
  expect(await insert('request', 'greedy', 'trust')).toBe(true);
});

test('T54: any node serves any message; a cancel is told to the others, who after a cut may have missed some', async () => {
  const line = await startProxy(server.port, () => false);
  cleanups.push(() => line.close());
  const [here, there] = [await storeOf('nodes'), await storeOf('nodes', line.port)];
  const first = new MemoryPeer({
    responder: { store: here, replayCache: new PostgresReplayCache({ pool: poolOf(), schema: 'nodes' }) },
  });
  const second = new MemoryPeer({
    ambient: first.ambient,
    responder: { store: there, replayCache: new PostgresReplayCache({ pool: poolOf(), schema: 'nodes' }) },
  });
  const alice = await first.connected();
  const ping = (): OutgoingRequest =>
    unwrap(alice.requestCall(envelope({ action: 'urn:sample:Ping', body: '<Ping xmlns="urn:sample"/>' })));
  const call = ping();
  expect(unwrap(alice.receive(await second.exchange(call.octets), call, CHANNEL))).toMatchObject({ kind: 'answer' });
  expect(await first.responder.receive(call.octets, CHANNEL)).toMatchObject({ failure: { code: 'peer.replay' } });
  const { position: start } = await there.changes!();
  const late = ping();
  const cancel = unwrap(alice.requestCancel(CHANNEL));
  unwrap(alice.receive(await first.exchange(cancel.octets), cancel, CHANNEL));
  expect(await second.responder.receive(late.octets, CHANNEL)).toMatchObject({ failure: { code: 'peer.bad-context' } });
  const { position, identifiers } = await there.changes!(start);
  expect(identifiers).toHaveLength(1);
  line.cutAll();
  await here.forget!(identifiers?.[0] ?? '', first.ambient.nowMs());
  expect((await there.changes!(position)).identifiers).toBeUndefined();
  alice.close();
});

test('T74 T76: what is kept is sealed, and another key opens none of it', async () => {
  const store = await storeOf('sealed');
  await store.insert(sampleContext({ identifier: 'urn:uuid:1', principal: 'plainly-visible' }));
  await store.records!.transact('urn:uuid:1', (within) => within.put('x', { canary: 'plainly-visible' }, UNTIL_MS));
  const pool = poolOf();
  const { rows } = await pool.query<{ value: Buffer }>('select value from sealed.fields');
  expect(rows).toHaveLength(3);
  for (const { value } of rows) expect(value.toString('latin1')).not.toContain('plainly-visible');
  await expect(storeOf('sealed', server.port, 8)).rejects.toMatchObject({ code: 'caller.store-key-wrong' });
  // One moved to another name does not open there.
  await pool.query(
    `insert into sealed.hashes select 'context:urn%3Auuid%3A2', writes, until from sealed.hashes where key like 'context:%'`,
  );
  await pool.query(
    `insert into sealed.fields select 'context:urn%3Auuid%3A2', name, value from sealed.fields where key = 'context:urn%3Auuid%3A1'`,
  );
  await expect(store.get('urn:uuid:2')).rejects.toMatchObject({ code: 'internal.store-corrupt' });
});

test('T77: a server that is away is told of within the time, and found when it is back', {
  timeout: 60_000,
}, async () => {
  const pool = poolOf();
  const cache = new PostgresReplayCache({ pool, schema: 'away', withinMs: 300, callsMax: 3 });
  const insert = (key: string) => cache.insertIfAbsent('urn:uuid:1', key, UNTIL_MS, SAMPLE_TIME_MS);
  expect(await insert('before')).toBe(true);
  await server.kill();
  const refusals = await Promise.all(['1', '2', '3', '4'].map((key) => insert(key).catch((error: unknown) => error)));
  expect(refusals).toEqual(Array(4).fill(expect.objectContaining({ code: 'internal.store-unavailable' })));
  await server.restart();
  await expect.poll(() => insert('before').catch(() => 'not yet'), { timeout: 10_000 }).toBe(false);
});

test('what is over is gone for everybody at once, and removed by prune', async () => {
  const store = await storeOf('over');
  const pool = poolOf();
  const counted = async () =>
    Number((await pool.query<{ n: string }>('select count(*) n from over.hashes')).rows[0]?.n);
  for (const identifier of ['urn:uuid:1', 'urn:uuid:2']) await store.insert(sampleContext({ identifier }));
  await pool.query(`update over.hashes set until = now() - interval '1 second' where key like '%1'`);
  expect(await store.get('urn:uuid:1')).toBeUndefined();
  expect(await counted()).toBe(3);
  await store.prune(SAMPLE_TIME_MS);
  expect(await counted()).toBe(2);
  expect((await store.get('urn:uuid:2'))?.keys).toHaveLength(1);
});

test('a role that may make nothing opens a schema that is there; one that is not there, with a code of its own', async () => {
  const owner = poolOf();
  await (await storeOf('granted')).insert(sampleContext({ identifier: 'urn:uuid:1' }));
  await owner.query(`create role clerk login; revoke create on database postgres from public;
    grant usage on schema granted to clerk; grant select, insert, update, delete on all tables in schema granted to clerk`);
  const pool = new pg.Pool({ connectionString: `postgres://clerk@127.0.0.1:${server.port}/postgres`, max: 4 });
  cleanups.push(() => pool.end());
  const keyEncryptionKey = new KeyEncryptionKey(new Uint8Array(32).fill(9));
  const openAs = (schema: string) =>
    openPostgresContextStore({ pool, keyEncryptionKey, schema, nowMs: () => SAMPLE_TIME_MS });
  const store = await openAs('granted');
  expect(await store.cancel('urn:uuid:1', SAMPLE_TIME_MS)).toBe(true);
  const cache = new PostgresReplayCache({ pool, schema: 'granted' });
  expect(await cache.insertIfAbsent('urn:uuid:1', 'key', UNTIL_MS, SAMPLE_TIME_MS)).toBe(true);
  await store.close();
  await expect(openAs('elsewhere')).rejects.toMatchObject({ code: 'caller.store-permissions' });
  const other = new PostgresReplayCache({ pool, schema: 'elsewhere' });
  await expect(other.insertIfAbsent('urn:uuid:1', 'key', UNTIL_MS, SAMPLE_TIME_MS)).rejects.toMatchObject({
    code: 'caller.store-permissions',
  });
});

test('a server that is only to be read refuses, and nothing is let through', async () => {
  const pool = poolOf();
  const cache = new PostgresReplayCache({ pool, schema: 'read_only', withinMs: 500 });
  const insert = (key: string) => cache.insertIfAbsent('urn:uuid:1', key, UNTIL_MS, SAMPLE_TIME_MS);
  expect(await insert('one')).toBe(true);
  await pool.query('alter role parley set default_transaction_read_only = on');
  const reading = new PostgresReplayCache({ pool: poolOf(), schema: 'read_only', withinMs: 500 });
  const refused = reading.insertIfAbsent('urn:uuid:1', 'two', UNTIL_MS, SAMPLE_TIME_MS);
  await expect(refused).rejects.toMatchObject({ code: 'internal.store-unavailable', detail: { reason: '25006' } });
  await pool.query('set default_transaction_read_only = off; alter role parley reset default_transaction_read_only');
});

test('a redelivery finds its claim again, whichever reader gets it; another place does not', async () => {
  const readers = [0, 1].map(() => new PostgresClaims({ pool: poolOf(), schema: 'claims' }));
  const entry = { scope: 'urn:uuid:1', key: 'key', untilMs: UNTIL_MS };
  const claim = (reader: number, place: string) =>
    readers[reader]?.claim(entry, place, SAMPLE_TIME_MS, { owner: 'alice' });
  expect(await claim(0, 'stream 7')).toBe(true);
  expect(await claim(1, 'stream 7')).toBe(true);
  expect(await claim(1, 'stream 8')).toBe(false);
});

test('counts of owners that nobody asks for any more are removed', { timeout: 60_000 }, async () => {
  const pool = poolOf();
  const cache = new PostgresReplayCache({ pool, schema: 'swept', withinMs: 10_000 });
  // By the clock of the server.
  const nowMs = Date.now();
  const hoursAgo = nowMs - 2 * 3_600_000;
  const insert = (at: number, owner: string) => (index: number) =>
    cache.insertIfAbsent('urn:uuid:1', `${owner} ${index}`, at + 1000, at, { owner: `${owner} ${index}` });
  await each(100, insert(hoursAgo, 'gone'));
  const counted = async () =>
    Number((await pool.query<{ n: string }>('select count(*) n from swept.counts')).rows[0]?.n);
  const before = await counted();
  expect(before).toBeGreaterThan(100);
  const same = (index: number) =>
    cache.insertIfAbsent('urn:uuid:1', `${index}`, nowMs + 1000, nowMs, {
      owner: 'here',
    });
  await each(1000, same);
  // Nobody waited for it.
  await expect.poll(counted, { timeout: 10_000 }).toBeLessThan(100);
});

test('a notification that no node wrote ends nothing, and may mean each context', async () => {
  const store = await storeOf('told');
  const { position } = await store.changes!(undefined);
  await poolOf().query(`select pg_notify('told_changes', '%')`);
  expect((await store.changes!(position)).identifiers).toBeUndefined();
  await store.insert(sampleContext({ identifier: 'urn:uuid:1' }));
  expect(await store.get('urn:uuid:1')).toBeDefined();
});
