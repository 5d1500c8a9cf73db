// What nodes share, in a PostgreSQL server that was started: contexts and replays.
// @ts-check
import { openPostgresContextStore, PostgresReplayCache } from '@parley/postgres';
import pg from 'pg';

/**
 * @param {number} port
 * @param {import('@parley/sealing').KeyEncryptionKey} keyEncryptionKey
 */
export async function openPlaces(port, keyEncryptionKey) {
  const pool = new pg.Pool({ connectionString: `postgres://parley@127.0.0.1:${port}/postgres`, max: 8 });
  const contexts = await openPostgresContextStore({ pool, keyEncryptionKey });
  return {
    contexts,
    replays: new PostgresReplayCache({ pool }),
    close: async () => {
      await contexts.close();
      await pool.end();
    },
  };
}
