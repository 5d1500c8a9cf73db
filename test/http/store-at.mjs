// @ts-check
import { createClient } from '@redis/client';
import pg from 'pg';
import { openPostgresContextStore } from '../../packages/postgres/dist/index.js';
import { openRedisContextStore } from '../../packages/redis/dist/index.js';
import { KeyEncryptionKey, openLmdbContextStore } from '../../packages/stores/dist/index.js';

/**
 * The store at a place: a folder, or the address of a server, where each `side` has its own part.
 * @param {string} place
 * @param {string} side
 */
export async function storeAt(place, side) {
  const keyEncryptionKey = new KeyEncryptionKey(new Uint8Array(32).fill(7));
  if (place.startsWith('postgres:')) {
    const pool = new pg.Pool({ connectionString: place, max: 6 });
    return await openPostgresContextStore({ pool, keyEncryptionKey, schema: side });
  }
  if (place.startsWith('redis:')) {
    const client = createClient({ url: place, socket: { reconnectStrategy: 50 } });
    client.on('error', () => undefined);
    await client.connect();
    return await openRedisContextStore({ client, keyEncryptionKey, prefix: side });
  }
  return await openLmdbContextStore({ directory: place, keyEncryptionKey });
}
