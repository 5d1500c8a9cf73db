import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { Fault } from '@parley/core';
import { PAGES_WORTH_KEEPING } from './checked-state.ts';
import { damagedPage } from './database-pages.ts';
import type { DatabaseRoot } from './database-root.ts';
import { readRoot } from './database-root.ts';
import type { FileState } from './file-state.ts';
import { unavailable } from './file-state.ts';

/** Times that somebody else may commit while the pages are looked at. */
const CHANGES_MAX = 5;

export interface FileCheck {
  /** It never held anything: LMDB fills it. */
  readonly mayBeEmpty?: boolean;
  /** What it was when it was whole. If nobody has written it since, nothing of it is read; else, if it is large, what came since. */
  readonly known?: FileState | undefined;
  /** Ends it early. */
  readonly signal?: AbortSignal;
}

/**
 * Checks that the file at `path` is a database, and that every page of its newest state is there and leads only to others.
 * interop: LMDB trusts what it maps: a page that is missing or is noise ends the whole process.
 *
 * @returns whether that is known of all pages; `false`: of what was written since
 * @throws Fault `internal.store-corrupt`, `internal.store-unavailable`
 */
export async function checkDatabaseFile(path: string, check: FileCheck = {}): Promise<boolean> {
  const file = await opened(path);
  try {
    let before: Damage | undefined;
    for (let changes = 0; changes <= CHANGES_MAX; changes++) {
      const damage = await damageOf(file, check);
      if (typeof damage === 'boolean') return damage;
      if (before !== undefined && before.root?.transaction === damage.root?.transaction)
        throw new Fault('internal.store-corrupt', { path, reason: damage.reason });
      before = damage;
    }
    // Another process commits faster than we look, and reuses pages: it has the file open, and looked before.
    return true;
  } catch (error) {
    throw error instanceof Fault ? error : unavailable(path, error);
  } finally {
    await file.close();
  }
}

interface Damage {
  readonly reason: string;
  /** Of the state that is damaged, if it says which it is. */
  readonly root: DatabaseRoot | undefined;
}

/** What is wrong with it; else as {@link checkDatabaseFile}. */
async function damageOf(file: FileHandle, { mayBeEmpty = false, known, signal }: FileCheck): Promise<Damage | boolean> {
  const status = await file.stat({ bigint: true });
  const size = Number(status.size);
  if (size === 0) return mayBeEmpty ? true : { reason: 'emptied', root: undefined };
  const root = readRoot(file.fd, size);
  if (typeof root === 'string') return { reason: root, root: undefined };
  const since = sinceWhen({ ...status, transaction: root.transaction }, known, root);
  if (since === 'unchanged') return true;
  const reason = await damagedPage(file.fd, size, root, { since, signal });
  return reason === undefined ? since === undefined : { reason, root };
}

/** The transaction after which pages are to be looked at; `undefined`: all are. */
function sinceWhen(now: FileState, known: FileState | undefined, root: DatabaseRoot): bigint | 'unchanged' | undefined {
  if (known === undefined || root.lastPage < PAGES_WORTH_KEEPING) return undefined;
  if (now.dev !== known.dev || now.ino !== known.ino || now.size < known.size) return undefined;
  if (now.transaction > known.transaction) return known.transaction;
  const isSame = now.transaction === known.transaction && now.ctimeNs === known.ctimeNs && now.size === known.size;
  return isSame ? 'unchanged' : undefined;
}

async function opened(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (error) {
    throw unavailable(path, error);
  }
}
