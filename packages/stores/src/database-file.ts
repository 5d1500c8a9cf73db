import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { Fault } from '@parley/core';
import { damagedPage } from './database-pages.ts';
import type { DatabaseRoot } from './database-root.ts';
import { readRoot } from './database-root.ts';

/** Times that somebody else may commit while the pages are looked at. */
const CHANGES_MAX = 5;

/**
 * Checks that the file at `path` is a database, and that every page of its newest state is there and leads only to others; one
 * that never held anything `mayBeEmpty` (LMDB fills it).
 * interop: LMDB trusts what it maps: a page that is missing or is noise ends the whole process.
 *
 * @throws Fault `internal.store-corrupt`, `internal.store-unavailable`
 */
export async function checkDatabaseFile(path: string, mayBeEmpty: boolean): Promise<void> {
  const file = await opened(path);
  try {
    let before: Damage | undefined;
    for (let changes = 0; changes <= CHANGES_MAX; changes++) {
      const damage = await damageOf(file, mayBeEmpty);
      if (damage === undefined) return;
      if (before !== undefined && before.root?.transaction === damage.root?.transaction)
        throw new Fault('internal.store-corrupt', { path, reason: damage.reason });
      before = damage;
    }
    // Another process commits faster than we look, and reuses pages: it has the file open, and looked before.
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

async function damageOf(file: FileHandle, mayBeEmpty: boolean): Promise<Damage | undefined> {
  const { size } = await file.stat();
  if (size === 0) return mayBeEmpty ? undefined : { reason: 'emptied', root: undefined };
  const root = readRoot(file.fd, size);
  if (typeof root === 'string') return { reason: root, root: undefined };
  const reason = await damagedPage(file.fd, size, root);
  return reason === undefined ? undefined : { reason, root };
}

async function opened(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (error) {
    throw unavailable(path, error);
  }
}

function unavailable(path: string, error: unknown): Fault {
  const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  return new Fault('internal.store-unavailable', { path, reason });
}
