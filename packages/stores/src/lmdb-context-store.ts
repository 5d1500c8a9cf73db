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
  storableOctets,
  tombstoneOf,
} from '@parley/conversation/internal';
import type { SecurityContext } from '@parley/core';
import { Fault } from '@parley/core';
import { requireOptions } from '@parley/core/internal';
import type { ContextChanges } from '@parley/engine';
import type { KeyEncryptionKey } from '@parley/sealing';
import { isSealedUnder, openContext, openRecord, sealContext, sealRecord } from '@parley/sealing/internal';
import { LmdbChanges } from './lmdb-changes.ts';
import type { Writing } from './lmdb-database.ts';
import { LmdbDatabase } from './lmdb-database.ts';
import { LmdbRecords } from './lmdb-records.ts';
import type { LmdbContextStore, LmdbContextStoreOptions } from './lmdb-store-contract.ts';
import { LMDB_STORE_OPTIONS } from './lmdb-store-contract.ts';
import type { Resealed } from './reseal.ts';
import { resealAll } from './reseal.ts';
import { emptied, hadStore, markStore } from './store-marker.ts';

// The database's own order: the check record comes before the changes, and those before all contexts.
const CHECK_KEY: Uint8Array = Uint8Array.of(0);
const CONTEXT_PREFIX = 1;
const AFTER_CONTEXTS: Uint8Array = Uint8Array.of(2);
const CHECK_PLAINTEXT: Uint8Array = new TextEncoder().encode('parley context store 1');
// One transaction holds the write lock of all processes: not for long.
const PRUNE_BATCH = 256;

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
    const store = new LmdbStore(database, options);
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
  readonly #database: LmdbDatabase;
  readonly #sealingKey: KeyEncryptionKey;
  readonly #keys: readonly [KeyEncryptionKey, ...KeyEncryptionKey[]];
  readonly #changes: LmdbChanges;
  readonly #retention: Retention;

  constructor(database: LmdbDatabase, options: LmdbContextStoreOptions) {
    this.#database = database;
    this.#sealingKey = options.keyEncryptionKey;
    this.#keys = [options.keyEncryptionKey, ...(options.olderKeyEncryptionKeys ?? [])];
    this.#changes = new LmdbChanges(database, this.#keys);
    this.records = new LmdbRecords(database, this.#keys);
    this.#retention = retentionOf(options);
  }

  /** Opens the check record, or writes it into an empty store; one that `wasThere` is not empty. */
  async checkKey(readOnly: boolean, wasThere: boolean): Promise<void> {
    if (readOnly) {
      const record = await this.#database.get(CHECK_KEY);
      if (record === undefined) throw wasThere ? emptied() : new Fault('caller.store-missing', { reason: 'empty' });
      openRecord(record, CHECK_KEY, this.#keys);
      return;
    }
    await this.#database.write('open', (writing) => {
      const record = writing.get(CHECK_KEY);
      if (record !== undefined) openRecord(record, CHECK_KEY, this.#keys);
      else if (!writing.isEmpty()) throw new Fault('internal.store-corrupt', { reason: 'check record missing' });
      else if (wasThere) throw emptied();
      if (record !== undefined && isSealedUnder(record, this.#sealingKey)) return;
      writing.put(CHECK_KEY, sealRecord(CHECK_PLAINTEXT, CHECK_KEY, this.#sealingKey));
    });
  }

  async get(identifier: string): Promise<SecurityContext | undefined> {
    requireIdentifier(identifier);
    const key = keyNamed(identifier);
    // Not even this is answered by a store that is closed or gone.
    const record = await this.#database.get(key ?? CHECK_KEY);
    return key === undefined ? undefined : this.#opened(record, key, identifier);
  }

  async put(context: SecurityContext): Promise<void> {
    requireContext(context);
    const { identifier } = context;
    const key = keyOf(identifierOctets(identifier));
    await this.#database.write('put', (writing) => {
      const stored = this.#opened(writing.get(key), key, identifier);
      wipeContext(stored);
      refuseRevival(stored);
      this.#replace(writing, key, context);
      if (stored !== undefined) this.#changes.append(writing, identifier);
    });
  }

  async insert(context: SecurityContext): Promise<boolean> {
    requireContext(context);
    const key = keyOf(identifierOctets(context.identifier));
    return this.#database.write('insert', (writing) => {
      if (writing.get(key) !== undefined) return false;
      this.#replace(writing, key, context);
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
      const current = key && this.#opened(writing.get(key), key, identifier);
      try {
        if (key === undefined || current === undefined || current.cancelledAtMs !== undefined) return false;
        const changed = tryChange(checked, current, failures);
        if (changed === undefined) return false;
        this.#replace(writing, key, changed);
        this.#changes.append(writing, identifier);
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
    for (const key of await this.#contextKeys()) {
      const identifier = identifierOf(key);
      if (identifier !== undefined) yield identifier;
    }
  }

  async prune(nowMs: number): Promise<number> {
    requireTime(nowMs, 'nowMs');
    await this.records.prune(nowMs);
    const keys = await this.#contextKeys();
    let count = 0;
    for (let at = 0; at < keys.length; at += PRUNE_BATCH) {
      const batch = keys.slice(at, at + PRUNE_BATCH);
      const removed = (writing: Writing): number =>
        batch.filter((key) => this.#removeForgotten(writing, key, nowMs)).length;
      count += await this.#database.write('prune', removed);
    }
    return count;
  }

  async forget(identifier: string, nowMs: number): Promise<boolean> {
    requireIdentifier(identifier);
    requireTime(nowMs, 'nowMs');
    const key = keyNamed(identifier);
    return this.#database.write('forget', (writing) => {
      const context = key && this.#opened(writing.get(key), key, identifier);
      wipeContext(context);
      if (key === undefined || context === undefined || !isOver(context, nowMs)) return false;
      this.#remove(writing, key, identifier);
      return true;
    });
  }

  async changes(since?: number): Promise<ContextChanges> {
    requirePosition(since);
    return this.#changes.since(since);
  }

  reseal(): Promise<Resealed> {
    return resealAll(this.#database, this.#keys);
  }

  close(): Promise<void> {
    return this.#database.close();
  }

  #contextKeys(): Promise<readonly Uint8Array[]> {
    return this.#database.keys(Uint8Array.of(CONTEXT_PREFIX), AFTER_CONTEXTS);
  }

  #opened(record: Uint8Array | undefined, key: Uint8Array, identifier: string): SecurityContext | undefined {
    return record && openContext(record, key, this.#keys, identifier);
  }

  #removeForgotten(writing: Writing, key: Uint8Array, nowMs: number): boolean {
    const identifier = identifierOf(key);
    if (identifier === undefined) return false;
    let context: SecurityContext | undefined;
    try {
      context = this.#opened(writing.get(key), key, identifier);
    } catch (error) {
      // Damaged, or of a key that is gone: nobody can tell its time. The others must not wait for it.
      if (error instanceof Fault) return false;
      throw error;
    }
    wipeContext(context);
    if (context === undefined || !isForgotten(context, this.#retention, nowMs)) return false;
    this.#remove(writing, key, identifier);
    return true;
  }

  #remove(writing: Writing, key: Uint8Array, identifier: string): void {
    writing.remove(key);
    this.#changes.append(writing, identifier);
  }

  #replace(writing: Writing, key: Uint8Array, context: SecurityContext): void {
    writing.put(key, sealContext(context, key, this.#sealingKey));
  }
}

function keyOf(octets: Uint8Array): Uint8Array {
  const key = new Uint8Array(octets.length + 1);
  key[0] = CONTEXT_PREFIX;
  key.set(octets, 1);
  return key;
}

function keyNamed(identifier: string): Uint8Array | undefined {
  const octets = storableOctets(identifier);
  return octets && keyOf(octets);
}

/** `undefined` for a key that is damaged: it is nobody's name. */
function identifierOf(key: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(key.subarray(1));
  } catch {
    return undefined;
  }
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
