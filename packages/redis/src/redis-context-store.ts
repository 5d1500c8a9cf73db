import type { SealedContextStore } from '@parley/conversation';
import { RemoteContextStore, RemoteTellings, sealedCheck } from '@parley/conversation/internal';
import { requireOptions } from '@parley/core/internal';
import { MemoryWitness } from '@parley/sealing';
import { SealedPlaces } from '@parley/sealing/internal';
import { requireNoEviction } from './eviction.ts';
import { KeyNames } from './key-names.ts';
import { linkTo } from './link-to.ts';
import { RedisCalls } from './redis-calls.ts';
import { RedisChanges } from './redis-changes.ts';
import { listReply, octetsReply, textOf } from './replies.ts';
import { SealedHashes } from './sealed-hashes.ts';
import type { RedisContextStoreOptions } from './store-settings.ts';
import { PREFIX, STORE_OPTIONS } from './store-settings.ts';

/**
 * Opens the store in Redis: each context a hash whose value is sealed, and which the server forgets when it is over. Many nodes
 * have it open at once, and hear of each other's changes; each change is one step of the server, which done twice is done once.
 *
 * As durable as the server is told to be: with `appendfsync always`, what was acknowledged survives a loss of power; with less, the last
 * second may be lost, and with it cancels. It must not evict (`maxmemory-policy noeviction`).
 *
 * What sealing cannot hide: how many contexts there are, and their identifiers.
 *
 * @throws Fault `caller.option-invalid` also where the server evicts; `caller.store-key-wrong` sealed under another key; `internal.store-corrupt`,
 *   `internal.store-unavailable`
 */
export async function openRedisContextStore(options: RedisContextStoreOptions): Promise<SealedContextStore> {
  requireOptions(STORE_OPTIONS, options, 'options');
  const { client, keyEncryptionKey, olderKeyEncryptionKeys = [], prefix = PREFIX, nowMs = Date.now } = options;
  const { graceMs, tombstoneMs, cancelledKeys, witness = new MemoryWitness() } = options;
  const link = linkTo(client);
  const calls = new RedisCalls(link, options);
  const names = new KeyNames(prefix);
  const keys = [keyEncryptionKey, ...olderKeyEncryptionKeys] as const;
  const places = new SealedPlaces({ keys, nowMs, witness });
  const tellings = new RemoteTellings(places, names);
  const changes = new RedisChanges(calls, tellings);
  const store = new RemoteContextStore({
    hashes: new SealedHashes(calls),
    names,
    places,
    tellings,
    nowMs,
    serverMs: async () => {
      const [seconds, microseconds] = listReply(await calls.command(['TIME'])).map((each) =>
        Number(textOf(octetsReply(each))),
      );
      return (seconds ?? 0) * 1000 + (microseconds ?? 0) / 1000;
    },
    changes: async (since) => await changes.since(since),
    end: () => {
      calls.close();
      changes.close();
    },
    graceMs,
    tombstoneMs,
    cancelledKeys,
  });
  try {
    await requireNoEviction(calls);
    await check(calls, names.check, places);
    await changes.listen(link, names.changes);
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** Opens the check record, or writes it into an empty store. */
async function check(calls: RedisCalls, key: string, places: SealedPlaces): Promise<void> {
  const place = places.loose(new TextEncoder().encode(key));
  const sealed = sealedCheck(place);
  const first = octetsReply(await calls.command(['SET', key, sealed, 'NX', 'GET']));
  if (first === undefined) return;
  place.open(first);
  if (!places.isCurrent(first)) await calls.command(['SET', key, sealed]);
}
