/** How many contexts all principals may have together, counted by responders of several nodes that share a server. */
import { openPostgresContextStore } from '@parley/postgres';
import { openRedisContextStore } from '@parley/redis';
import { KeyEncryptionKey } from '@parley/sealing';
import { createClient } from '@redis/client';
import pg from 'pg';
import { beforeEach, describe, expect, test } from 'vitest';
import { sent, TLS, world } from '../../conversation/conversation-fixture.ts';
import { missingPostgres, startPostgres } from '../postgres/postgres-server.mjs';
import { missingRedis, startRedis } from '../redis/redis-server.mjs';

const MAX = 24;
const ASKED = 64;
const keyEncryptionKey = new KeyEncryptionKey(new Uint8Array(32).fill(7));

const SERVERS = [
  {
    name: 'Redis',
    missing: missingRedis(),
    start: () => startRedis(),
    open: async (port: number) => {
      const client = createClient({ url: `redis://127.0.0.1:${port}` });
      client.on('error', () => undefined);
      await client.connect();
      return { store: await openRedisContextStore({ client, keyEncryptionKey }), end: async () => client.destroy() };
    },
  },
  {
    name: 'PostgreSQL',
    missing: missingPostgres(),
    start: () => startPostgres(),
    open: async (port: number) => {
      const pool = new pg.Pool({ connectionString: `postgres://parley@127.0.0.1:${port}/postgres`, max: 3 });
      return { store: await openPostgresContextStore({ pool, keyEncryptionKey }), end: async () => pool.end() };
    },
  },
];

describe.each(SERVERS)('over $name', ({ missing, start, open }) => {
  beforeEach((context) => {
    if (missing !== undefined) context.skip(missing);
  });

  test('T55: all principals have no more at two nodes than at one, all at once', { timeout: 60_000 }, async () => {
    const server = await start();
    try {
      const nodes = await Promise.all([open(server.port), open(server.port)]);
      const places = nodes.map(({ store }, node) =>
        world('200512', '1.2', { store, contextsMax: MAX }, `node ${node}`),
      );
      const asked = Array.from({ length: ASKED }, (_, index) => places[index % places.length]!).map((place) =>
        place.responder.receive(sent(place.initiator().requestIssue(TLS)), TLS),
      );
      const kinds = (await Promise.all(asked)).map(({ kind }) => kind);
      expect(kinds.filter((kind) => kind === 'issued')).toHaveLength(MAX);
      expect(kinds.filter((kind) => kind === 'refused')).toHaveLength(asked.length - MAX);
      for (const { store, end } of nodes) {
        await store.close();
        await end();
      }
    } finally {
      await server.remove();
    }
  });
});
