import { closeSync, openSync, statSync } from 'node:fs';
import { Fault } from '@parley/core';
import { checkDatabaseFile } from './database-file.ts';
import type { DatabaseRoot } from './database-root.ts';
import { readRoot } from './database-root.ts';

/** What is known of the file while it is open. */
interface FileState {
  readonly dev: bigint;
  readonly ino: bigint;
  /** The file never gets shorter. */
  readonly size: bigint;
  /** Of the file's content; a commit changes both, and whoever overwrites pages this one alone. */
  readonly ctimeNs: bigint;
  readonly transaction: bigint;
}

/** A root that is being written is not torn for longer. */
const READINGS_MAX = 3;

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
    if (isStrange && this.#pause > 0) return;
    if (isStrange) {
      await checkDatabaseFile(this.#path, false);
      this.#pause = lastPage;
    }
    this.#known = { ...now, transaction };
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

function statusOf(path: string): Omit<FileState, 'transaction'> {
  try {
    const { dev, ino, size, ctimeNs } = statSync(path, { bigint: true });
    return { dev, ino, size, ctimeNs };
  } catch (error) {
    throw unavailable(path, error);
  }
}

function unavailable(path: string, error: unknown): Fault {
  const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  return new Fault('internal.store-unavailable', { path, reason });
}
