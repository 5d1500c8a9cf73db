import { statSync } from 'node:fs';
import { join } from 'node:path';
import { Fault } from '@parley/core';
import type { RootDatabase, RootDatabaseOptionsWithPath } from 'lmdb';
import { open } from 'lmdb';
import { checkDatabaseFile } from './database-file.ts';
import { causeOf, storeFault } from './lmdb-fault.ts';
import { checkStoreAccess, checkStoreFile, prepareStoreDirectory } from './ownership.ts';

/** What a transaction may do. */
export interface Writing {
  get(key: Uint8Array): Uint8Array | undefined;
  put(key: Uint8Array, value: Uint8Array): void;
  remove(key: Uint8Array): void;
  isEmpty(): boolean;
}

interface FileIdentity {
  readonly dev: number;
  readonly ino: number;
  /** The file never gets shorter. */
  readonly size: number;
}

/**
 * An LMDB database in a folder of its own, with everything that the driver promises: each failure is a fault of ours, none
 * goes astray, and nothing is read from or written to a file that is no longer the one that was opened, or lost its end.
 */
export class LmdbDatabase {
  readonly #database: RootDatabase<Uint8Array, Uint8Array>;
  readonly #file: string;
  readonly #readOnly: boolean;
  #identity: FileIdentity;
  #closed = false;

  /**
   * @throws Fault `caller.store-missing` nothing there and `readOnly`; `caller.store-permissions`, `internal.store-corrupt`,
   * `internal.store-unavailable`
   */
  static async open(directory: string, readOnly: boolean): Promise<LmdbDatabase> {
    const file = join(directory, 'data.mdb');
    await prepareStoreDirectory(directory, !readOnly);
    const exists = await checkStoreFile(file);
    await checkStoreFile(join(directory, 'lock.mdb'));
    if (readOnly && !exists) throw new Fault('caller.store-missing', { path: directory });
    await checkStoreAccess(directory, readOnly ? ['lock.mdb'] : ['data.mdb', 'lock.mdb'], readOnly);
    if (exists) await checkDatabaseFile(file);
    return new LmdbDatabase(openDriver(directory, readOnly), file, readOnly);
  }

  private constructor(database: RootDatabase<Uint8Array, Uint8Array>, file: string, readOnly: boolean) {
    this.#database = database;
    this.#readOnly = readOnly;
    this.#file = file;
    this.#identity = identityOf(file);
  }

  /** @throws Fault `caller.closed`, `internal.store-corrupt`, `internal.store-unavailable` */
  get(key: Uint8Array): Uint8Array | undefined {
    return this.#read('get', () => this.#database.get(key));
  }

  /** All keys of `[start, end)` at this moment: collected, because an open cursor would keep old pages alive. */
  keys(start: Uint8Array, end: Uint8Array): readonly Uint8Array[] {
    return this.#read('list', () => [...this.#database.getKeys({ start, end })].map((key) => Uint8Array.from(key)));
  }

  /** @throws Fault `internal.store-corrupt`, `internal.store-unavailable` */
  #read<T>(operation: string, action: () => T): T {
    this.#requireIntact();
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
    this.#requireIntact();
    const writing: Writing = {
      get: (key) => this.#database.get(key),
      put: (key, value) => void this.#database.putSync(key, value),
      remove: (key) => void this.#database.removeSync(key),
      isEmpty: () => this.#database.getKeysCount({ limit: 1 }) === 0,
    };
    let result: T;
    try {
      result = await this.#database.transaction(() => action(writing));
    } catch (error) {
      throw storeFault(await causeOf(error), operation);
    }
    // safety: what went into a file that has been replaced meanwhile is not kept.
    if (!this.#closed) this.#requireIntact();
    return result;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#database.close();
  }

  #requireIntact(): void {
    if (this.#closed) throw new Fault('caller.closed');
    const now = identityOf(this.#file);
    if (now.ino !== this.#identity.ino || now.dev !== this.#identity.dev)
      throw new Fault('internal.store-unavailable', { path: this.#file, reason: 'another file' });
    // safety: LMDB reads by memory, and the process ends where the file does.
    if (now.size < this.#identity.size)
      throw new Fault('internal.store-corrupt', { path: this.#file, reason: 'cut short' });
    this.#identity = now;
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

function identityOf(path: string): FileIdentity {
  try {
    return statSync(path);
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new Fault('internal.store-unavailable', { path, reason });
  }
}
