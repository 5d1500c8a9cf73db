/** A file beside the database that says that there was one: without it, one that is gone or emptied would begin anew. */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '@parley/core';
import { checkStoreFile } from './ownership.ts';

const NAME = 'parley-store';
const TEXT = 'Parley keeps a store in this folder. To begin anew, remove the folder.\n';

/** Whether the folder had a store. @throws Fault `caller.store-permissions`, `internal.store-unavailable` */
export function hadStore(directory: string): Promise<boolean> {
  return checkStoreFile(join(directory, NAME));
}

/**
 * Says so from now on; durable when the promise resolves.
 * @throws Fault `internal.store-unavailable`
 */
export async function markStore(directory: string): Promise<void> {
  const path = join(directory, NAME);
  try {
    const file = await open(path, 'w', 0o600);
    try {
      await file.writeFile(TEXT);
      await file.sync();
    } finally {
      await file.close();
    }
    await syncFolder(directory);
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new Fault('internal.store-unavailable', { path, reason });
  }
}

// A new name is on the disk when its folder is.
async function syncFolder(directory: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(directory, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** safety: what was acknowledged is gone; that is not for a new store to hide. */
export function emptied(): Fault {
  return new Fault('internal.store-corrupt', { reason: 'emptied' });
}
