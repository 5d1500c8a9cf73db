import { closeSync, openSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { Fault } from '@parley/core';
import { PAGES_WORTH_KEEPING } from './checked-state.ts';
import { checkDatabaseFile } from './database-file.ts';
import type { DatabaseRoot } from './database-root.ts';
import { readRoot } from './database-root.ts';
import type { FileState } from './file-state.ts';
import { statusOf, unavailable } from './file-state.ts';

/** A root that is being written is not torn for longer. */
const READINGS_MAX = 3;
/** Two writes within so long may have one time. */
const TICK_MS = 50;

/**
 * Looks before each operation whether the open file is still what LMDB made of it: another file, a shorter one, an older state, and
 * pages that somebody else wrote are noticed before LMDB reads them, and ends the process over them.
 */
export class DatabaseGuard {
  readonly #path: string;
  readonly #fd: number;
  #known: FileState;
  /** Commits of this process that are under way. */
  #writing = 0;
  /** Operations that must pass before all pages are read again: as many as it read. */
  #pause = 0;
  /** Something strange was passed over in that time: a commit since then would hide it. */
  #isUnseen = false;

  /** @throws Fault `internal.store-corrupt`, `internal.store-unavailable` */
  constructor(path: string) {
    this.#path = path;
    this.#fd = opened(path);
    this.#known = { ...statusOf(path), transaction: this.#root().transaction };
  }

  /** @throws Fault `internal.store-corrupt`, `internal.store-unavailable` */
  async requireIntact(): Promise<void> {
    const now = statusOf(this.#path);
    this.#pause = Math.max(0, this.#pause - 1);
    if (now.ino !== this.#known.ino || now.dev !== this.#known.dev)
      throw new Fault('internal.store-unavailable', { path: this.#path, reason: 'another file' });
    // safety: LMDB reads by memory, and the process ends where the file does.
    if (now.size < this.#known.size) throw this.#corrupt('cut short');
    if (now.ctimeNs === this.#known.ctimeNs) return;
    const { transaction, lastPage } = this.#root();
    if (transaction < this.#known.transaction) throw this.#corrupt('an older state');
    // Something was written, and nothing committed: somebody's commit is under way, or pages were overwritten.
    const isStrange = transaction === this.#known.transaction && this.#writing === 0;
    if (isStrange && this.#pause > 0) {
      this.#isUnseen = true;
      return;
    }
    if (isStrange) {
      await checkDatabaseFile(this.#path);
      this.#isUnseen = false;
      this.#pause = lastPage;
    }
    this.#known = { ...now, transaction };
  }

  /**
   * What a large file is known to be; with `isSettled`, its time is known, too, so that whatever is written later has another. `undefined` for what
   * is not worth keeping, or not known.
   * @throws Fault as {@link requireIntact}
   */
  async state(isSettled: boolean): Promise<FileState | undefined> {
    if (this.#root().lastPage < PAGES_WORTH_KEEPING || this.#isUnseen) return undefined;
    if (!isSettled) return { ...this.#known, ctimeNs: 0n };
    await pause(TICK_MS);
    await this.requireIntact();
    if (this.#isUnseen) return undefined;
    const isOld = BigInt(Date.now() - TICK_MS) * 1_000_000n > this.#known.ctimeNs;
    return isOld ? this.#known : { ...this.#known, ctimeNs: 0n };
  }

  /** Runs a commit of this process. */
  async during<T>(commit: () => Promise<T>): Promise<T> {
    this.#writing++;
    try {
      return await commit();
    } finally {
      this.#writing--;
    }
  }

  close(): void {
    closeSync(this.#fd);
  }

  #root(): DatabaseRoot {
    const { size } = statusOf(this.#path);
    let root: DatabaseRoot | string = 'not read';
    for (let reading = 0; typeof root === 'string' && reading < READINGS_MAX; reading++)
      root = readRoot(this.#fd, Number(size));
    if (typeof root === 'string') throw this.#corrupt(root);
    return root;
  }

  #corrupt(reason: string): Fault {
    return new Fault('internal.store-corrupt', { path: this.#path, reason });
  }
}

function opened(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (error) {
    throw unavailable(path, error);
  }
}
