import type { SealedContextStore } from '@parley/conversation';
import { RemoteContextStore, RemoteTellings, sealedCheck } from '@parley/conversation/internal';
import { requireOptions } from '@parley/core/internal';
import { MemoryWitness } from '@parley/sealing';
import { SealedPlaces } from '@parley/sealing/internal';
import { KeyNames } from './key-names.ts';
import { makeSchema } from './made-schema.ts';
import { PostgresCalls } from './postgres-calls.ts';
import { PostgresChanges } from './postgres-changes.ts';
import { PostgresHashes } from './postgres-hashes.ts';
import type { PostgresContextStoreOptions } from './store-settings.ts';
import { SCHEMA, STORE_OPTIONS } from './store-settings.ts';

/**
 * Opens the store in PostgreSQL: each context a row whose value is sealed. Many nodes have it open at once, and hear of each other's
 * changes by NOTIFY; each change is one transaction, which done twice is done once. One connection of the pool is kept, to listen.
 *
 * What is over is passed over, and removed by `prune`: call it every few minutes, from any node.
 *
 * As durable as the server is told to be: with `synchronous_commit = off`, the last moment may be lost, and with it cancels.
 *
 * What sealing cannot hide: how many contexts there are, and their identifiers.
 *
 * @throws Fault `caller.option-invalid`; `caller.store-key-wrong` sealed under another key; `caller.store-permissions` the schema is not there, and may not
 *   be made; `internal.store-corrupt`, `internal.store-unavailable`
 */
export async function openPostgresContextStore(options: PostgresContextStoreOptions): Promise<SealedContextStore> {
  requireOptions(STORE_OPTIONS, options, 'options');
  const { pool, keyEncryptionKey, olderKeyEncryptionKeys = [], schema = SCHEMA, nowMs = Date.now } = options;
  const { graceMs, tombstoneMs, cancelledKeys, witness = new MemoryWitness() } = options;
  const calls = new PostgresCalls(pool, options);
  const names = new KeyNames(schema);
  const keys = [keyEncryptionKey, ...olderKeyEncryptionKeys] as const;
  const places = new SealedPlaces({ keys, nowMs, witness });
  const tellings = new RemoteTellings(places, names);
  const changes = new PostgresChanges(calls, pool, names.changes, tellings);
  const hashes = new PostgresHashes(calls, schema);
  const store = new RemoteContextStore({
    hashes,
    names,
    places,
    tellings,
    nowMs,
    serverMs: async () => Number(await calls.value('select extract(epoch from clock_timestamp()) * 1000', [])),
    changes: async (since) => await changes.since(since),
    sweep: async () => await hashes.sweep(),
    end: () => {
      calls.close();
      changes.close();
    },
    graceMs,
    tombstoneMs,
    cancelledKeys,
  });
  try {
    await makeSchema(calls, schema);
    await check(hashes, names.check, places);
    await changes.since(undefined);
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** Longer than any of us. */
const FOR_EVER_MS = String(2 ** 41);

/** Opens the check record, or writes it into an empty store. */
async function check(hashes: PostgresHashes, key: string, places: SealedPlaces): Promise<void> {
  const place = places.loose(new TextEncoder().encode(key));
  for (;;) {
    const read = await hashes.read(key, ['r']);
    const [sealed] = read.fields;
    if (sealed !== undefined) place.open(sealed);
    if (sealed !== undefined && places.isCurrent(sealed)) return;
    const fields = [['r', sealedCheck(place)]] as const;
    if (await hashes.replace(key, read, { fields, keepMs: FOR_EVER_MS, keep: 'set' })) return;
  }
}
