// Behind a pooler that gives each transaction whichever connection is free, a node hears of no other's cancels, and would serve them for ever.
import { openPostgresContextStore, type PostgresPool } from '@parley/postgres';
import { KeyEncryptionKey } from '@parley/sealing';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { missingPostgres, startPostgres } from './postgres-server.mjs';

const missing = missingPostgres();
const keyEncryptionKey = new KeyEncryptionKey(new Uint8Array(32).fill(9));
let server: Awaited<ReturnType<typeof startPostgres>>;
let pool: pg.Pool;

beforeAll(async () => {
  if (missing !== undefined) return;
  server = await startPostgres();
  pool = new pg.Pool({ connectionString: server.url });
}, 60_000);
afterAll(async () => {
  await pool?.end();
  await server?.remove();
});
beforeEach((context) => {
  if (missing !== undefined) context.skip(missing);
});

/** What a client has of a pooler of transactions: each of its queries is done on whichever connection is free, and what comes between them is lost. */
const ofTransactions = (): PostgresPool => ({
  query: async (text, values) => await pool.query(text, values),
  on: () => undefined,
  connect: async () => ({
    query: async (text, values) => await pool.query(text, values),
    on: () => undefined,
    release: () => undefined,
  }),
});

test('T54: it is refused as such, and a pool of sessions is not', async () => {
  for (const schema of ['parley', 'other'])
    await expect(openPostgresContextStore({ pool: ofTransactions(), keyEncryptionKey, schema })).rejects.toMatchObject({
      code: 'caller.option-invalid',
      detail: { option: 'pool', reason: expect.stringContaining('not heard') },
    });
  const store = await openPostgresContextStore({ pool, keyEncryptionKey });
  expect(await store.changes?.()).toMatchObject({ identifiers: [] });
  await store.close();
});
