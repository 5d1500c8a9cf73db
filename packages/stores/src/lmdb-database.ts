import { join } from 'node:path';
import { Fault } from '@parley/core';
import type { RootDatabase, RootDatabaseOptionsWithPath } from 'lmdb';
import { open } from 'lmdb';
import { keepCheckedState, readCheckedState } from './checked-state.ts';
import { CommitsUnderWay } from './commits-under-way.ts';
import { checkDatabaseFile } from './database-file.ts';
import { DatabaseGuard } from './database-guard.ts';
import { causeOf, storeFault } from './lmdb-fault.ts';
import { checkStoreAccess, checkStoreFile, prepareStoreDirectory } from './ownership.ts';

/** A look at what changed since is then short. */
const KEEP_EVERY_MS = 30_000;
/** So many are written in one transaction, too, which holds the write lock of all processes: not for long. */
const PAGE_KEYS = 256;

/** What a transaction may do. */
export interface Writing {
  get(key: Uint8Array): Uint8Array | undefined;
  put(key: Uint8Array, value: Uint8Array): void;
  remove(key: Uint8Array): void;
  isEmpty(): boolean;
  /** The first keys of `[start, end)`, no more than `limit`. */
  keys(start: Uint8Array, end: Uint8Array, limit: number): readonly Uint8Array[];
}

/** What is known of the folder. */
interface Opened {
  readonly commits: CommitsUnderWay;
  readonly directory: string;
  readonly readOnly: boolean;
  readonly isWhole: boolean;
}

/**
 * An LMDB database in a folder of its own, with everything that the driver promises: each failure is a fault of ours, none
 * goes astray, and nothing is read from or written to a file that is no longer the one that was opened, or lost its end.
 */
export class LmdbDatabase {
  readonly #database: RootDatabase<Uint8Array, Uint8Array>;
  readonly #guard: DatabaseGuard;
  readonly #commits: CommitsUnderWay;
  readonly #directory: string;
  readonly #readOnly: boolean;
  readonly #ending = new AbortController();
  #checking: Promise<void> | undefined;
  #damage: unknown;
  #keptAtMs = performance.now();
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
    const known = await readCheckedState(directory);
    const isWhole = !exists || (await checkDatabaseFile(file, { mayBeEmpty: !wasThere, known }));
    const commits = new CommitsUnderWay(directory);
    await commits.ended();
    const database = openDriver(directory, readOnly);
    try {
      return new LmdbDatabase(database, new DatabaseGuard(file), { commits, directory, readOnly, isWhole });
    } catch (error) {
      await database.close();
      throw error;
    }
  }

  private constructor(
    database: RootDatabase<Uint8Array, Uint8Array>,
    guard: DatabaseGuard,
    { commits, directory, readOnly, isWhole }: Opened,
  ) {
    this.#database = database;
    this.#guard = guard;
    this.#commits = commits;
    this.#directory = directory;
    this.#readOnly = readOnly;
    if (!isWhole) this.#checking = this.#checkRest(join(directory, 'data.mdb'));
  }

  /** After a process that was killed: what it wrote was looked at before, and all else is while others work already. */
  async #checkRest(file: string): Promise<void> {
    try {
      await checkDatabaseFile(file, { signal: this.#ending.signal });
      if (!this.#ending.signal.aborted) this.#checking = undefined;
    } catch (error) {
      this.#damage = error;
    }
  }

  /** @throws Fault `caller.closed`, `internal.store-corrupt`, `internal.store-unavailable` */
  get(key: Uint8Array): Promise<Uint8Array | undefined> {
    return this.#read('get', () => this.#database.get(key));
  }

  /**
   * The keys of `[start, end)`, a page at a time, each as it is when its page is asked for: no cursor stays open, which would keep old pages of
   * the file alive, and no more than a page of them is in memory, however many there are.
   * @throws Fault (rejects) as {@link get}
   */
  async *keyPages(start: Uint8Array, end: Uint8Array): AsyncGenerator<readonly Uint8Array[], void> {
    for (let from = start; ; ) {
      const page = await this.#read('list', () => this.#firstKeys(from, end, PAGE_KEYS));
      if (page.length > 0) yield page;
      const last = page.at(-1);
      if (last === undefined || page.length < PAGE_KEYS) return;
      // The first that can come behind it.
      from = Uint8Array.of(...last, 0);
    }
  }

  #firstKeys(start: Uint8Array, end: Uint8Array, limit: number): readonly Uint8Array[] {
    return [...this.#database.getKeys({ start, end, limit })].map((key) => Uint8Array.from(key));
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
      keys: (start, end, limit) => this.#firstKeys(start, end, limit),
    };
    let result: T;
    try {
      result = await this.#guard.during(() =>
        this.#commits.during(() => this.#database.transaction(() => action(writing))),
      );
    } catch (error) {
      throw storeFault(await causeOf(error), operation);
    }
    // safety: what went into a file that has been replaced meanwhile is not kept.
    if (!this.#closed) await this.#requireIntact();
    this.#keepSometimes();
    return result;
  }

  /** So that little came since when the process is killed. */
  #keepSometimes(): void {
    if (performance.now() - this.#keptAtMs < KEEP_EVERY_MS || this.#checking !== undefined) return;
    this.#keptAtMs = performance.now();
    this.#keep(false).catch(() => undefined);
  }

  async #keep(isSettled: boolean): Promise<void> {
    await keepCheckedState(this.#directory, await this.#guard.state(isSettled));
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#ending.abort();
    const wasChecking = this.#checking;
    await wasChecking;
    await this.#database.close();
    // What was not looked at to the end is not said to be whole.
    if (!this.#readOnly && wasChecking === undefined) await this.#keep(true).catch(() => undefined);
    this.#guard.close();
  }

  async #requireIntact(): Promise<void> {
    if (this.#closed) throw new Fault('caller.closed');
    if (this.#damage !== undefined) throw this.#damage;
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
