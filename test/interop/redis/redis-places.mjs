// What nodes share, in a Redis server that was started: contexts and replays.
// @ts-check
import { openRedisContextStore, RedisReplayCache } from '@parley/redis';
import { createClient } from '@redis/client';

/**
 * @param {number} port
 * @param {import('@parley/sealing').KeyEncryptionKey} keyEncryptionKey
 */
export async function openPlaces(port, keyEncryptionKey) {
  const client = createClient({ url: `redis://127.0.0.1:${port}` });
  client.on('error', () => undefined);
  await client.connect();
  const contexts = await openRedisContextStore({ client, keyEncryptionKey });
  return {
    contexts,
    replays: new RedisReplayCache({ client }),
    close: async () => {
      await contexts.close();
      client.destroy();
    },
  };
}
