import { wipeContext } from '@parley/conversation';
import type { Retention } from '@parley/conversation/internal';
import {
  checkedChange,
  identifierOctets,
  isForgotten,
  isOver,
  refuseRevival,
  requireContext,
  requireIdentifier,
  requirePosition,
  requireTime,
  retentionOf,
  tombstoneOf,
} from '@parley/conversation/internal';
import type { SecurityContext } from '@parley/core';
import { Fault } from '@parley/core';
import { requireOptions } from '@parley/core/internal';
import type { ContextChanges } from '@parley/engine';
import type { Resealed } from '@parley/sealing';
import { MemoryWitness } from '@parley/sealing';
import type { RecordPlace, WitnessedPlace } from '@parley/sealing/internal';
import { openContext, SealedPlaces, sealContext, stampOf } from '@parley/sealing/internal';
import { AFTER_CONTEXTS, CONTEXTS_START, identifierOf, keyNamed, keyOf } from './context-keys.ts';
import { LmdbChanges } from './lmdb-changes.ts';
import { LmdbDatabase } from './lmdb-database.ts';
import { LmdbRecords } from './lmdb-records.ts';
import type { LmdbContextStore, LmdbContextStoreOptions } from './lmdb-store-contract.ts';
import { LMDB_STORE_OPTIONS } from './lmdb-store-contract.ts';
import { resealAll } from './reseal.ts';
import type { SealedWriting } from './sealed-database.ts';
import { SealedDatabase } from './sealed-database.ts';
import { emptied, hadStore, markStore } from './store-marker.ts';

const CHECK_KEY: Uint8Array = Uint8Array.of(0);
const CHECK_PLAINTEXT: Uint8Array = new TextEncoder().encode('parley context store 1');

/**
 * Opens (and unless `readOnly`, creates) the durable store in a folder: an LMDB database whose every value is sealed.
 * Several processes may have it open at once.
 *
 * Durable when the promise resolves: overlapping sync is off, so LMDB flushes the pages of a transaction (fdatasync)
 * before its root page points to them, and the promise resolves after both. A process that dies at any moment leaves
 * the last committed state: pages are copied on write, never changed in place.
 *
 * What sealing cannot hide: how many contexts there are, their identifiers, and until LMDB reuses a page, the sealed
 * octets of what was replaced.
 *
 * @throws Fault `caller.store-missing` nothing there and `readOnly`; `caller.store-permissions` the folder or a file is
 * open to others, somebody else's or a link; `caller.store-key-wrong` sealed under another key;
 * `internal.store-corrupt`, `internal.store-unavailable`.
 */
export async function openLmdbContextStore(options: LmdbContextStoreOptions): Promise<LmdbContextStore> {
  requireOptions(LMDB_STORE_OPTIONS, options, 'options');
  const readOnly = options.readOnly ?? false;
  const { directory } = options;
  const wasThere = await hadStore(directory);
  const database = await LmdbDatabase.open(directory, readOnly, wasThere);
  try {
    const { keyEncryptionKey, olderKeyEncryptionKeys = [], nowMs = Date.now, witness = new MemoryWitness() } = options;
    const keys = [keyEncryptionKey, ...olderKeyEncryptionKeys] as const;
    const store = new LmdbStore(new SealedDatabase(database, new SealedPlaces({ keys, nowMs, witness })), options);
    await store.checkKey(readOnly, wasThere);
    if (!readOnly && !wasThere) await markStore(directory);
    return store;
  } catch (error) {
    await database.close();
    throw error;
  }
}

class LmdbStore implements LmdbContextStore {
  readonly records: LmdbRecords;
  readonly #database: SealedDatabase;
  readonly #places: SealedPlaces;
  readonly #changes: LmdbChanges;
  readonly #retention: Retention;

  constructor(database: SealedDatabase, options: LmdbContextStoreOptions) {
    this.#database = database;
    this.#places = database.places;
    this.#changes = new LmdbChanges(database);
    this.records = new LmdbRecords(database);
    this.#retention = retentionOf(options);
  }

  /** Opens the check record, or writes it into an empty store; one that `wasThere` is not empty. */
  async checkKey(readOnly: boolean, wasThere: boolean): Promise<void> {
    const place = this.#places.loose(CHECK_KEY);
    if (readOnly) {
      const record = await this.#database.get(CHECK_KEY);
      if (record === undefined) throw wasThere ? emptied() : new Fault('caller.store-missing', { reason: 'empty' });
      place.open(record);
    } else {
      await this.#database.write('open', (writing) => {
        const record = writing.get(CHECK_KEY);
        if (record !== undefined) place.open(record);
        else if (!writing.isEmpty()) throw new Fault('internal.store-corrupt', { reason: 'check record missing' });
        else if (wasThere) throw emptied();
        if (record === undefined || !this.#places.isCurrent(record))
          writing.put(CHECK_KEY, place.seal(CHECK_PLAINTEXT));
      });
    }
    await this.#changes.hearLatest();
  }

  async get(identifier: string): Promise<SecurityContext | undefined> {
    requireIdentifier(identifier);
    const key = keyNamed(identifier);
    const place = this.#places.at(key ?? CHECK_KEY);
    // Not even this is answered by a store that is closed or gone.
    const record = await this.#database.get(key ?? CHECK_KEY);
    return key === undefined ? undefined : opened(record, place, identifier);
  }

  async put(context: SecurityContext): Promise<void> {
    requireContext(context);
    const { identifier } = context;
    const key = keyOf(identifierOctets(identifier));
    await this.#database.write('put', (writing) => {
      const place = this.#places.within(key);
      const stored = opened(writing.get(key), place, identifier);
      wipeContext(stored);
      refuseRevival(stored);
      this.#replace(writing, key, place, context, stored !== undefined);
    });
  }

  async insert(context: SecurityContext): Promise<boolean> {
    requireContext(context);
    const key = keyOf(identifierOctets(context.identifier));
    return this.#database.write('insert', (writing) => {
      if (writing.get(key) !== undefined) return false;
      this.#replace(writing, key, this.#places.within(key), context, false);
      return true;
    });
  }

  async update(
    identifier: string,
    change: (current: SecurityContext) => SecurityContext | undefined,
  ): Promise<boolean> {
    requireIdentifier(identifier);
    const checked = checkedChange(change);
    const key = keyNamed(identifier);
    const failures: unknown[] = [];
    const isWritten = await this.#database.write('update', (writing) => {
      if (key === undefined) return false;
      const place = this.#places.within(key);
      const current = opened(writing.get(key), place, identifier);
      try {
        if (current === undefined || current.cancelledAtMs !== undefined) return false;
        const changed = tryChange(checked, current, failures);
        if (changed === undefined) return false;
        this.#replace(writing, key, place, changed, true);
        return true;
      } finally {
        wipeContext(current);
      }
    });
    if (failures.length > 0) throw failures[0];
    return isWritten;
  }

  async cancel(identifier: string, atMs: number): Promise<boolean> {
    requireTime(atMs, 'atMs');
    return this.update(identifier, (current) => tombstoneOf(current, atMs, this.#retention.cancelledKeys));
  }

  async *list(): AsyncIterable<string> {
    for await (const page of this.#contextKeys())
      for (const key of page) {
        const identifier = identifierOf(key);
        if (identifier !== undefined) yield identifier;
      }
  }

  async prune(nowMs: number): Promise<number> {
    requireTime(nowMs, 'nowMs');
    await this.records.prune(nowMs);
    let count = 0;
    for await (const page of this.#contextKeys()) {
      const removed = (writing: SealedWriting): number =>
        page.filter((key) => this.#removeForgotten(writing, key, nowMs)).length;
      count += await this.#database.write('prune', removed);
    }
    return count;
  }

  async forget(identifier: string, nowMs: number): Promise<boolean> {
    requireIdentifier(identifier);
    requireTime(nowMs, 'nowMs');
    const key = keyNamed(identifier);
    return this.#database.write('forget', (writing) => {
      if (key === undefined) return false;
      const place = this.#places.within(key);
      const context = opened(writing.get(key), place, identifier);
      wipeContext(context);
      if (context === undefined || !isOver(context, nowMs)) return false;
      this.#remove(writing, key, place, identifier);
      return true;
    });
  }

  async changes(since?: number): Promise<ContextChanges> {
    requirePosition(since);
    return this.#changes.since(since);
  }

  reseal(): Promise<Resealed> {
    return resealAll(this.#database);
  }

  close(): Promise<void> {
    return this.#database.close();
  }

  #contextKeys(): AsyncGenerator<readonly Uint8Array[], void> {
    return this.#database.keyPages(CONTEXTS_START, AFTER_CONTEXTS);
  }

  #removeForgotten(writing: SealedWriting, key: Uint8Array, nowMs: number): boolean {
    const identifier = identifierOf(key);
    if (identifier === undefined) return false;
    const place = this.#places.within(key);
    let context: SecurityContext | undefined;
    try {
      context = opened(writing.get(key), place, identifier);
    } catch (error) {
      // Damaged, or of a key that is gone: nobody can tell its time. The others must not wait for it.
      if (error instanceof Fault) return false;
      throw error;
    }
    wipeContext(context);
    if (context === undefined || !isForgotten(context, this.#retention, nowMs)) return false;
    this.#remove(writing, key, place, identifier);
    return true;
  }

  #remove(writing: SealedWriting, key: Uint8Array, place: WitnessedPlace, identifier: string): void {
    writing.remove(key);
    this.#changes.append(writing, identifier, place.stamp);
  }

  #replace(
    writing: SealedWriting,
    key: Uint8Array,
    place: WitnessedPlace,
    context: SecurityContext,
    isChange: boolean,
  ): void {
    const sealed = sealContext(context, place);
    // What was only made has no older record.
    writing.putSealed(key, place, sealed, isChange);
    if (isChange) this.#changes.append(writing, context.identifier, stampOf(sealed));
  }
}

function opened(record: Uint8Array | undefined, place: RecordPlace, identifier: string): SecurityContext | undefined {
  return record && openContext(record, place, identifier);
}

/** What the caller's own function throws goes back to it as it is, past the handling of LMDB's errors. */
function tryChange(
  change: (current: SecurityContext) => SecurityContext | undefined,
  current: SecurityContext,
  failures: unknown[],
): SecurityContext | undefined {
  try {
    return change(current);
  } catch (error) {
    failures.push(error);
    return undefined;
  }
}
