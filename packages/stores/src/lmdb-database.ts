import { join } from 'node:path';
import { Fault } from '@parley/core';
import type { RootDatabase, RootDatabaseOptionsWithPath } from 'lmdb';
import { open } from 'lmdb';
import { checkDatabaseFile } from './database-file.ts';
import { DatabaseGuard } from './database-guard.ts';
import { causeOf, storeFault } from './lmdb-fault.ts';
import { checkStoreAccess, checkStoreFile, prepareStoreDirectory } from './ownership.ts';

/** What a transaction may do. */
export interface Writing {
  get(key: Uint8Array): Uint8Array | undefined;
  put(key: Uint8Array, value: Uint8Array): void;
  remove(key: Uint8Array): void;
  isEmpty(): boolean;
  /** The first keys of `[start, end)`, no more than `limit`. */
  keys(start: Uint8Array, end: Uint8Array, limit: number): readonly Uint8Array[];
}

/**
 * An LMDB database in a folder of its own, with everything that the driver promises: each failure is a fault of ours, none
 * goes astray, and nothing is read from or written to a file that is no longer the one that was opened, or lost its end.
 */
export class LmdbDatabase {
  readonly #database: RootDatabase<Uint8Array, Uint8Array>;
  readonly #guard: DatabaseGuard;
  readonly #readOnly: boolean;
  #closed = false;

  /**
   * `wasThere`: there was a database with something in it, so that a file that is gone or empty has lost it.
   *
   * @throws Fault `caller.store-missing` nothing there and `readOnly`; `caller.store-permissions`, `internal.store-corrupt`,
   * `internal.store-unavailable`
   */
  static async open(directory: string, readOnly: boolean, wasThere: boolean): Promise<LmdbDatabase> {
    const file = join(directory, 'data.mdb');
    await prepareStoreDirectory(directory, !readOnly);
    const exists = await checkStoreFile(file);
    await checkStoreFile(join(directory, 'lock.mdb'));
    if (wasThere && !exists) throw new Fault('internal.store-corrupt', { path: file, reason: 'missing' });
    if (readOnly && !exists) throw new Fault('caller.store-missing', { path: directory });
    await checkStoreAccess(directory, readOnly ? ['lock.mdb'] : ['data.mdb', 'lock.mdb'], readOnly);
    if (exists) await checkDatabaseFile(file, !wasThere);
    const database = openDriver(directory, readOnly);
    try {
      return new LmdbDatabase(database, new DatabaseGuard(file), readOnly);
    } catch (error) {
      await database.close();
      throw error;
    }
  }

  private constructor(database: RootDatabase<Uint8Array, Uint8Array>, guard: DatabaseGuard, readOnly: boolean) {
    this.#database = database;
    this.#guard = guard;
    this.#readOnly = readOnly;
  }

  /** @throws Fault `caller.closed`, `internal.store-corrupt`, `internal.store-unavailable` */
  get(key: Uint8Array): Promise<Uint8Array | undefined> {
    return this.#read('get', () => this.#database.get(key));
  }

  /** All keys of `[start, end)` at this moment: collected, because an open cursor would keep old pages alive. */
  keys(start: Uint8Array, end: Uint8Array): Promise<readonly Uint8Array[]> {
    return this.#read('list', () => [...this.#database.getKeys({ start, end })].map((key) => Uint8Array.from(key)));
  }

  /** @throws Fault `internal.store-corrupt`, `internal.store-unavailable` */
  async #read<T>(operation: string, action: () => T): Promise<T> {
    await this.#requireIntact();
    try {
      // safety: without this a read may answer from before another process's cancel, until the event loop turns.
      this.#database.resetReadTxn();
      return action();
    } catch (error) {
      throw storeFault(error, operation);
    }
  }

  /** One transaction. What `action` throws reaches the caller; it must throw before it writes. */
  async write<T>(operation: string, action: (writing: Writing) => T): Promise<T> {
    if (this.#readOnly) throw new Fault('caller.store-permissions', { reason: 'opened to read' });
    await this.#requireIntact();
    const writing: Writing = {
      get: (key) => this.#database.get(key),
      put: (key, value) => void this.#database.putSync(key, value),
      remove: (key) => void this.#database.removeSync(key),
      isEmpty: () => this.#database.getKeysCount({ limit: 1 }) === 0,
      keys: (start, end, limit) =>
        [...this.#database.getKeys({ start, end, limit })].map((key) => Uint8Array.from(key)),
    };
    let result: T;
    try {
      result = await this.#guard.during(() => this.#database.transaction(() => action(writing)));
    } catch (error) {
      throw storeFault(await causeOf(error), operation);
    }
    // safety: what went into a file that has been replaced meanwhile is not kept.
    if (!this.#closed) await this.#requireIntact();
    return result;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#guard.close();
    await this.#database.close();
  }

  async #requireIntact(): Promise<void> {
    if (this.#closed) throw new Fault('caller.closed');
    await this.#guard.requireIntact();
    if (this.#closed) throw new Fault('caller.closed');
  }
}

function openDriver(path: string, readOnly: boolean): RootDatabase<Uint8Array, Uint8Array> {
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
    // safety: it makes a promise that nobody is given, and when that is rejected (a full disk), the process ends.
    eventTurnBatching: false,
    permissionsMode: 0o600,
  };
  try {
    return open<Uint8Array, Uint8Array>(options);
  } catch (error) {
    throw storeFault(error, 'open');
  }
}
