/**
 * What a database file was when it was last known to be whole, in a file beside it: so that a large one is not read from end to end whenever it is
 * opened. It says nothing that whoever can write it could not do to the database itself.
 */
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileState } from './file-state.ts';
import { checkStoreFile } from './ownership.ts';

const NAME = 'parley-checked';
/** Smaller ones are read in a moment. */
export const PAGES_WORTH_KEEPING = 4096;

/** `undefined` where nothing is known, or nobody understands it. @throws Fault `caller.store-permissions`, `internal.store-unavailable` */
export async function readCheckedState(directory: string): Promise<FileState | undefined> {
  const path = join(directory, NAME);
  if (!(await checkStoreFile(path))) return undefined;
  try {
    const words = (await readFile(path, 'utf8')).trim().split(' ').map(BigInt);
    const [dev, ino, size, ctimeNs, transaction] = words;
    if (words.length !== 5 || dev === undefined || ino === undefined) return undefined;
    if (size === undefined || ctimeNs === undefined || transaction === undefined) return undefined;
    return { dev, ino, size, ctimeNs, transaction };
  } catch {
    return undefined;
  }
}

/** `undefined`: nothing is known any more. As good as it gets: without it, more is read the next time. */
export async function keepCheckedState(directory: string, state: FileState | undefined): Promise<void> {
  const path = join(directory, NAME);
  if (state === undefined) return await rm(path, { force: true }).catch(() => undefined);
  const { dev, ino, size, ctimeNs, transaction } = state;
  const made = `${path}.${process.pid}`;
  try {
    await writeFile(made, `${[dev, ino, size, ctimeNs, transaction].join(' ')}\n`, { mode: 0o600 });
    await rename(made, path);
  } catch {
    // A full disk, or a folder that is gone.
  }
}
