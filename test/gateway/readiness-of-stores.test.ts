// A gateway whose store answers but keeps nothing any more would refuse all that it is given: it is given nothing until that is over.
import path from 'node:path';
import { MemoryContextStore, MemoryReplayCache, usernameOverTls } from '@parley/conversation';
import { Fault, Secret } from '@parley/core';
import { connect } from '@parley/http';
import { createKeyEncryptionKeyFile } from '@parley/sealing';
import { createClient } from '@redis/client';
import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { requireUsable } from '../../packages/gateway/src/keeping/usable.ts';
import { unusedPort } from '../doors/unused-port.ts';
import { missingPostgres, startPostgres } from '../interop/postgres/postgres-server.mjs';
import { missingRedis, startRedis } from '../interop/redis/redis-server.mjs';
import { atEnd, ECHO, echo, folder, gatewayOf, ingress, PASSWORD, plainService, read } from './gateway-fixture.ts';

describe('what is usable', () => {
  const fails = async (): Promise<never> => {
    throw new Fault('internal.store-unavailable', { reason: 'full' });
  };
  const whole = () => ({ store: new MemoryContextStore(), replays: new MemoryReplayCache() });
  const get = { get: fails };
  const transact = { records: Object.assign(new MemoryContextStore().records, { transact: fails }) };

  test('all of it', async () => {
    const { store, replays } = whole();
    await requireUsable(store, replays, 1000);
    await requireUsable(store, replays, 1000);
    // Nothing is left of it.
    expect(replays.size).toBe(1);
    await requireUsable(store, replays, 1000 + 3_600_000);
    expect(replays.size).toBe(1);
  });

  test.each([
    ['contexts that cannot be read', get],
    ['records that cannot be written', transact],
  ])('not with %s', async (_, broken) => {
    const { store, replays } = whole();
    await expect(requireUsable(Object.assign(store, broken), replays, 1000)).rejects.toThrow(
      'internal.store-unavailable',
    );
  });

  test('not with replays that cannot be remembered; with no room left for some, it is', async () => {
    const { store } = whole();
    await expect(requireUsable(store, { insertIfAbsent: fails }, 1000)).rejects.toThrow('internal.store-unavailable');
    const throws = (): never => {
      throw new Fault('internal.store-corrupt');
    };
    await expect(requireUsable(store, { insertIfAbsent: throws }, 1000)).rejects.toThrow('internal.store-corrupt');
    const full = (): never => {
      throw new Fault('internal.quota', { quota: 'replay' });
    };
    await requireUsable(store, { insertIfAbsent: full }, 1000);
  });
});

interface Trouble {
  begin(): Promise<unknown>;
  end(): Promise<unknown>;
}

/** A gateway over a server at `url` is ready, is not while there is trouble, and serves again after it. */
async function isReadyBut(url: string, trouble: Trouble): Promise<void> {
  const where = await folder();
  await createKeyEncryptionKeyFile(path.join(where, 'kek'));
  const more = `contexts: { server: "${url}", key: kek }\noperations: { listen: { port: 0 } }`;
  const { gateway } = await gatewayOf(where, ingress(await plainService(echo()), more));
  const ready = async () => (await fetch(`http://127.0.0.1:${gateway.operationsPort}/readyz`)).json();
  const bootstrap = usernameOverTls.initiator({ username: 'alice', password: Secret.copyOf(Buffer.from(PASSWORD)) });
  const options = { bootstrap, tls: { ca: read(where, 'ca.pem') }, reestablish: false, cancel: false };
  const conversation = await connect(`https://127.0.0.1:${gateway.port}/orders`, options);
  const call = () => conversation.call('urn:app/Echo', Buffer.from(ECHO('x')));
  expect((await call())?.fault).toBeUndefined();
  expect(await ready()).toEqual({ ready: true });
  await trouble.begin();
  await expect(call()).rejects.toMatchObject({ code: 'peer.soap-fault' });
  await expect.poll(ready, { timeout: 15_000 }).toEqual({ ready: false, reason: 'internal.store-unavailable' });
  await trouble.end();
  await expect.poll(ready, { timeout: 15_000 }).toEqual({ ready: true });
  expect((await call())?.fault).toBeUndefined();
  await conversation.close();
}

describe('over Redis', () => {
  const troubles: Readonly<Record<string, (ask: (...words: string[]) => Promise<unknown>) => Trouble>> = {
    'that is full': (ask) => ({
      begin: () => ask('CONFIG', 'SET', 'maxmemory', '1'),
      end: () => ask('CONFIG', 'SET', 'maxmemory', '0'),
    }),
    'that is a replica': (ask) => ({
      begin: async () => await ask('REPLICAOF', '127.0.0.1', String(await unusedPort())),
      end: () => ask('REPLICAOF', 'NO', 'ONE'),
    }),
    'that has too few replicas': (ask) => ({
      begin: () => ask('CONFIG', 'SET', 'min-replicas-to-write', '1'),
      end: () => ask('CONFIG', 'SET', 'min-replicas-to-write', '0'),
    }),
  };
  test.for(Object.entries(troubles))('%s', { timeout: 60_000 }, async ([, troubleOf], context) => {
    const missing = missingRedis();
    if (missing !== undefined) return context.skip(missing);
    const server = await startRedis();
    atEnd(() => server.remove());
    const client = createClient({ url: `redis://127.0.0.1:${server.port}` });
    await client.connect();
    atEnd(() => client.destroy());
    await isReadyBut(
      `redis://127.0.0.1:${server.port}`,
      troubleOf((...words) => client.sendCommand(words)),
    );
  });
});

test('over PostgreSQL that is only to be read', { timeout: 60_000 }, async (context) => {
  const missing = missingPostgres();
  if (missing !== undefined) return context.skip(missing);
  const server = await startPostgres();
  atEnd(() => server.remove());
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  atEnd(() => client.end());
  const turn = (isReadOnly: boolean) => async () => {
    await client.query('set default_transaction_read_only = off');
    await client.query(`alter system set default_transaction_read_only = ${isReadOnly ? 'on' : 'off'}`);
    await client.query('select pg_reload_conf()');
  };
  await isReadyBut(server.url, { begin: turn(true), end: turn(false) });
});
