import type { ContextStore } from '@parley/conversation';
import { openPostgresContextStore, PostgresClaims, PostgresReplayCache } from '@parley/postgres';
import { KeyEncryptionKey, MemoryWitness } from '@parley/sealing';
import pg from 'pg';
import { NOW_MS } from '../engine/support/sample.ts';
import { type Door, door } from './door.ts';
import { unusedPort } from './unused-port.ts';

type Given<Call extends (...given: never[]) => unknown> = Parameters<Call>;

/** Of a server that is not there: what is right about a call is refused by that alone. */
const pool = new pg.Pool({ host: '127.0.0.1', port: await unusedPort(), connectionTimeoutMillis: 1000 });
const GONE = /^internal\.store-unavailable$/;
const place = { pool, schema: 'parley', withinMs: 5, callsMax: 10 };
const limits = { ...place, entriesMax: 10, partitions: 1 };
const entry = { scope: 'urn:uuid:1', key: 'key', untilMs: NOW_MS + 1000 };
const share = { owner: 'alice', kind: 'message' } as const;
const claims = new PostgresClaims(limits);
const cache = new PostgresReplayCache(limits);

export const POSTGRES_DOORS: Readonly<Record<string, Door>> = {
  'postgres.PostgresClaims': door(
    (options: typeof limits) => new PostgresClaims(options),
    [{ ...limits, lagMaxMs: 1 }],
  ),
  'postgres.PostgresClaims#claim': door(
    (...given: Given<PostgresClaims['claim']>) => claims.claim(...given),
    [entry, 'place', NOW_MS, share],
    { refused: GONE },
  ),
  'postgres.PostgresReplayCache': door((options: typeof limits) => new PostgresReplayCache(options), [limits]),
  'postgres.PostgresReplayCache#insertIfAbsent': door(
    (...given: Given<PostgresReplayCache['insertIfAbsent']>) => cache.insertIfAbsent(...given),
    ['urn:uuid:1', 'key', NOW_MS + 1000, NOW_MS, share],
    { refused: GONE },
  ),
  'postgres.openPostgresContextStore': door(
    (options: Given<typeof openPostgresContextStore>[0]) => openPostgresContextStore(options),
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

export const POSTGRES_REASONS: Readonly<Record<string, string>> = {};
