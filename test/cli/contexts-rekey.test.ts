// `parley contexts rekey` while nodes serve that have both keys, cut short and begun again, and with keys that are none.
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import type { SealedContextStore } from '@parley/conversation';
import { openPostgresContextStore } from '@parley/postgres';
import { openRedisContextStore } from '@parley/redis';
import { createKeyEncryptionKeyFile, type KeyEncryptionKey, keyEncryptionKeyFromFile } from '@parley/sealing';
import { openLmdbContextStore } from '@parley/stores';
import { sampleContext } from '@parley/testing';
import { createClient } from '@redis/client';
import pg from 'pg';
import { expect, test } from 'vitest';
import { missingPostgres, startPostgres } from '../interop/postgres/postgres-server.mjs';
import { missingRedis, startRedis } from '../interop/redis/redis-server.mjs';
import { parley, temporaryDirectory } from './run-parley.ts';

const directory = temporaryDirectory();

/** Where a store is, and how a node has it open that was given both keys. */
const BOTH_KEYS: Readonly<Record<string, () => Promise<Served | string>>> = {
  'a folder': async () => {
    const place = directory.join('both');
    return { place, open: (keys) => openLmdbContextStore({ directory: place, ...keys }), end: async () => undefined };
  },
  Redis: async () => {
    const missing = missingRedis();
    if (missing !== undefined) return missing;
    const redis = await startRedis();
    const client = createClient({ url: `redis://127.0.0.1:${redis.port}` });
    client.on('error', () => undefined);
    await client.connect();
    const end = async (): Promise<void> => {
      client.destroy();
      await redis.remove();
    };
    return {
      place: `redis://127.0.0.1:${redis.port}`,
      open: (keys) => openRedisContextStore({ client, ...keys }),
      end,
    };
  },
  PostgreSQL: async () => {
    const missing = missingPostgres();
    if (missing !== undefined) return missing;
    const server = await startPostgres();
    const pool = new pg.Pool({ connectionString: server.url });
    const end = async (): Promise<void> => {
      await pool.end();
      await server.remove();
    };
    return { place: server.url, open: (keys) => openPostgresContextStore({ pool, ...keys }), end };
  },
};

interface Served {
  readonly place: string;
  open(keys: {
    readonly keyEncryptionKey: KeyEncryptionKey;
    readonly olderKeyEncryptionKeys: readonly KeyEncryptionKey[];
  }): Promise<SealedContextStore>;
  end(): Promise<void>;
}

test.for(Object.entries(BOTH_KEYS))(
  'T110: what serves with both keys has begun with the new one: in %s, rekey goes on with it, and can be begun again',
  {
    timeout: 120_000,
  },
  async ([what, serve], context) => {
    const served = await serve();
    if (typeof served === 'string') return context.skip(served);
    const { place, open, end } = served;
    try {
      const [kek, next, other] = ['old', 'new', 'other'].map((name) => directory.join(`${what}-${name}`)) as [
        string,
        string,
        string,
      ];
      const rekey = async (from: string, to: string) =>
        await parley(['contexts', 'rekey', place, '--kek', from, '--new-kek', to, '--json']);
      expect(await parley(['contexts', 'init', place, '--kek', kek])).toMatchObject({ status: 0, stderr: '' });
      const before = await keyEncryptionKeyFromFile(kek);
      const old = await open({ keyEncryptionKey: before, olderKeyEncryptionKeys: [] });
      await old.insert(sampleContext({ identifier: 'urn:uuid:1' }));
      await old.close();
      const after = await createKeyEncryptionKeyFile(next);
      const both = await open({ keyEncryptionKey: after, olderKeyEncryptionKeys: [before] });
      await both.insert(sampleContext({ identifier: 'urn:uuid:2' }));
      // Keys that are none, or not those: nothing is done, and none is made.
      for (const octets of [1, 20, 33].map((length) => new Uint8Array(length).fill(1))) {
        writeFileSync(other, octets, { mode: 0o600 });
        expect((await rekey(kek, other)).stderr).toContain('caller.keys-invalid');
      }
      rmSync(other);
      expect((await rekey(kek, other)).stderr).toContain('caller.store-key-wrong');
      expect(existsSync(other)).toBe(false);
      const done = await rekey(kek, next);
      expect([done.stderr, JSON.parse(done.stdout)]).toEqual(['', { records: 1, left: 0, made: false }]);
      expect(JSON.parse((await rekey(kek, next)).stdout)).toEqual({ records: 0, left: 0, made: false });
      await both.close();
      const alone = await open({ keyEncryptionKey: after, olderKeyEncryptionKeys: [] });
      for (const identifier of ['urn:uuid:1', 'urn:uuid:2'])
        expect((await alone.get(identifier))?.identifier).toBe(identifier);
      await alone.close();
    } finally {
      await end();
    }
  },
);
