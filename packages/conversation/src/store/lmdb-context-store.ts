import { join } from 'node:path';
import type { SecurityContext } from '@parley/core';
import { Fault } from '@parley/core';
import type { RootDatabase, RootDatabaseOptionsWithPath } from 'lmdb';
import { open } from 'lmdb';
import { identifierOctets, refuseRevival, tombstoneOf, wipeContext } from './context-copy.ts';
import { packContext, unpackContext } from './context-record.ts';
import type { ContextStore, ContextStoreOptions } from './context-store.ts';
import { DEFAULT_GRACE_MS } from './context-store.ts';
import { checkDatabaseFile } from './database-file.ts';
import type { KeyEncryptionKey } from './key-encryption-key.ts';
import { causeOf, storeFault } from './lmdb-fault.ts';
import { checkStoreFile, prepareStoreDirectory } from './ownership.ts';
import { isSealedUnder, openRecord, sealRecord } from './sealed-record.ts';

export interface LmdbContextStoreOptions extends ContextStoreOptions {
  /** A folder of the store's own: made with mode 0700, and it must be so. */
  readonly directory: string;
  /** Seals what is written. */
  readonly keyEncryptionKey: KeyEncryptionKey;
  /**
   * Keys that older records may be sealed under. To rotate: give the new key first and the old one here; when the
   * contexts of the old key's time have expired and are pruned, leave it out.
   */
  readonly olderKeyEncryptionKeys?: readonly KeyEncryptionKey[] | undefined;
  readonly readOnly?: boolean | undefined;
}

type Database = RootDatabase<Uint8Array, Uint8Array>;

// The database's own order: the check record comes before all contexts.
const CHECK_KEY: Uint8Array = Uint8Array.of(0);
const CONTEXT_PREFIX = 1;
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
export async function openLmdbContextStore(options: LmdbContextStoreOptions): Promise<ContextStore> {
  const readOnly = options.readOnly ?? false;
  const dataFile = join(options.directory, 'data.mdb');
  await prepareStoreDirectory(options.directory, !readOnly);
  const exists = await checkStoreFile(dataFile);
  await checkStoreFile(join(options.directory, 'lock.mdb'));
  if (readOnly && !exists) throw new Fault('caller.store-missing', { path: options.directory });
  if (exists) await checkDatabaseFile(dataFile);
  const database = openDatabase(options.directory, readOnly);
  try {
    const store = new LmdbContextStore(database, options);
    await store.checkKey(readOnly);
    return store;
  } catch (error) {
    await database.close();
    throw error;
  }
}

function openDatabase(path: string, readOnly: boolean): Database {
  // permissionsMode is what lmdb calls the mode of the files it makes; its type leaves it out.
  const options: RootDatabaseOptionsWithPath & { permissionsMode: number } = {
    path,
    // A dot in the folder's name must not make it a file name.
    noSubdir: false,
    readOnly,
    encoding: 'binary',
    keyEncoding: 'binary',
    // safety: with it, promises resolve before the flush.
    overlappingSync: false,
    permissionsMode: 0o600,
  };
  try {
    return open<Uint8Array, Uint8Array>(options);
  } catch (error) {
    throw storeFault(error, 'open');
  }
}

class LmdbContextStore implements ContextStore {
  readonly #database: Database;
  readonly #sealingKey: KeyEncryptionKey;
  readonly #keys: readonly KeyEncryptionKey[];
  readonly #graceMs: number;
  readonly #cancelledKeys: 'wipe' | 'retain';
  #closed = false;

  constructor(database: Database, options: LmdbContextStoreOptions) {
    this.#database = database;
    this.#sealingKey = options.keyEncryptionKey;
    this.#keys = [options.keyEncryptionKey, ...(options.olderKeyEncryptionKeys ?? [])];
    this.#graceMs = options.graceMs ?? DEFAULT_GRACE_MS;
    this.#cancelledKeys = options.cancelledKeys ?? 'wipe';
  }

  /** Opens the check record, or writes it into an empty store. */
  async checkKey(readOnly: boolean): Promise<void> {
    if (readOnly) {
      const record = this.#database.get(CHECK_KEY);
      if (record === undefined) throw new Fault('caller.store-missing', { reason: 'empty' });
      openRecord(record, CHECK_KEY, this.#keys);
      return;
    }
    await this.#write('open', () => {
      const record = this.#database.get(CHECK_KEY);
      if (record !== undefined) openRecord(record, CHECK_KEY, this.#keys);
      else if (this.#database.getKeysCount({ limit: 1 }) > 0) {
        throw new Fault('internal.store-corrupt', { reason: 'check record missing' });
      }
      if (record !== undefined && isSealedUnder(record, this.#sealingKey)) return;
      this.#database.putSync(CHECK_KEY, sealRecord(CHECK_PLAINTEXT, CHECK_KEY, this.#sealingKey));
    });
  }

  async get(identifier: string): Promise<SecurityContext | undefined> {
    this.#assertOpen();
    const key = keyOf(identifier);
    try {
      // safety: without this a read may answer from before another process's cancel, until the event loop turns.
      this.#database.resetReadTxn();
      return this.#read(key, identifier);
    } catch (error) {
      throw storeFault(error, 'get');
    }
  }

  async put(context: SecurityContext): Promise<void> {
    const key = keyOf(context.identifier);
    await this.#write('put', () => {
      const stored = this.#read(key, context.identifier);
      wipeContext(stored);
      refuseRevival(stored);
      this.#replace(key, context);
    });
  }

  async insert(context: SecurityContext): Promise<boolean> {
    const key = keyOf(context.identifier);
    return this.#write('insert', () => {
      if (this.#database.doesExist(key)) return false;
      this.#replace(key, context);
      return true;
    });
  }

  async update(
    identifier: string,
    change: (current: SecurityContext) => SecurityContext | undefined,
  ): Promise<boolean> {
    const key = keyOf(identifier);
    const failures: unknown[] = [];
    const isWritten = await this.#write('update', () => {
      const current = this.#read(key, identifier);
      try {
        if (current === undefined || current.cancelledAtMs !== undefined) return false;
        const changed = tryChange(change, current, failures);
        if (changed === undefined) return false;
        this.#replace(key, changed);
        return true;
      } finally {
        wipeContext(current);
      }
    });
    if (failures.length > 0) throw failures[0];
    return isWritten;
  }

  async cancel(identifier: string, atMs: number): Promise<boolean> {
    return this.update(identifier, (current) => tombstoneOf(current, atMs, this.#cancelledKeys));
  }

  async *list(): AsyncIterable<string> {
    for (const key of this.#contextKeys()) yield identifierOf(key);
  }

  async prune(nowMs: number): Promise<number> {
    const keys = this.#contextKeys();
    let count = 0;
    for (let at = 0; at < keys.length; at += PRUNE_BATCH) {
      const batch = keys.slice(at, at + PRUNE_BATCH);
      count += await this.#write('prune', () => batch.filter((key) => this.#removeExpired(key, nowMs)).length);
    }
    return count;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#database.close();
  }

  /** All keys at this moment: collected, because an open cursor would keep old pages alive. */
  #contextKeys(): Uint8Array[] {
    this.#assertOpen();
    try {
      this.#database.resetReadTxn();
      return [...this.#database.getKeys({ start: Uint8Array.of(CONTEXT_PREFIX) })].map((key) => Uint8Array.from(key));
    } catch (error) {
      throw storeFault(error, 'list');
    }
  }

  #read(key: Uint8Array, identifier: string): SecurityContext | undefined {
    const record = this.#database.get(key);
    if (record === undefined) return undefined;
    const plaintext = openRecord(record, key, this.#keys);
    try {
      return unpackContext(plaintext, identifier);
    } finally {
      plaintext.fill(0);
    }
  }

  /** Within a write transaction only. */
  #removeExpired(key: Uint8Array, nowMs: number): boolean {
    const context = this.#read(key, identifierOf(key));
    wipeContext(context);
    if (context === undefined || nowMs <= context.expiresAtMs + this.#graceMs) return false;
    this.#database.removeSync(key);
    return true;
  }

  /** Within a write transaction only. */
  #replace(key: Uint8Array, context: SecurityContext): void {
    const plaintext = packContext(context);
    try {
      this.#database.putSync(key, sealRecord(plaintext, key, this.#sealingKey));
    } finally {
      plaintext.fill(0);
    }
  }

  /** One transaction. What `action` throws reaches the caller; it must throw before it writes. */
  async #write<T>(operation: string, action: () => T): Promise<T> {
    this.#assertOpen();
    try {
      return await this.#database.transaction(action);
    } catch (error) {
      throw storeFault(await causeOf(error), operation);
    }
  }

  #assertOpen(): void {
    if (this.#closed) throw new Fault('caller.closed');
  }
}

function keyOf(identifier: string): Uint8Array {
  const octets = identifierOctets(identifier);
  const key = new Uint8Array(octets.length + 1);
  key[0] = CONTEXT_PREFIX;
  key.set(octets, 1);
  return key;
}

function identifierOf(key: Uint8Array): string {
  return new TextDecoder().decode(key.subarray(1));
}

/** What the caller's own function throws goes back to it as it is, past the handling of LMDB's errors. */
function tryChange(
  change: (current: SecurityContext) => SecurityContext | undefined,
  current: SecurityContext,
  failures: unknown[],
): SecurityContext | undefined {
  try {
    const changed = change(current);
    if (changed === undefined || changed.identifier === current.identifier) return changed;
    failures.push(new Fault('caller.input-invalid', { reason: 'identifier changed' }));
  } catch (error) {
    failures.push(error);
  }
  return undefined;
}
