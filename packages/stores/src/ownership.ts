/** Files that hold keys belong to this user and to nobody else. */
import type { Stats } from 'node:fs';
import { access, constants, lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '@parley/core';
import { checkOwnership, makeDirectory } from '@parley/sealing/internal';

/**
 * Makes the folder of a store (0700) unless it is there, and checks it.
 * @throws Fault `caller.store-permissions`, `caller.store-missing` (not there and not to be made), `internal.store-unavailable`
 */
export async function prepareStoreDirectory(path: string, create: boolean): Promise<void> {
  if (create) {
    try {
      await makeDirectory(path);
    } catch (error) {
      if (!isCode(error, 'EEXIST')) throw new Fault('internal.store-unavailable', { path, reason: codeOf(error) });
    }
  }
  const status = await statusOf(path);
  if (status === undefined) throw new Fault('caller.store-missing', { path });
  if (!status.isDirectory()) {
    throw new Fault('caller.store-permissions', { path, reason: 'not a folder (links are not followed)' });
  }
  checkOwnership(path, status);
}

/** Checks a file of a store; says whether it is there. @throws Fault `caller.store-permissions` */
export async function checkStoreFile(path: string): Promise<boolean> {
  const status = await statusOf(path);
  if (status === undefined) return false;
  if (!status.isFile()) throw new Fault('caller.store-permissions', { path, reason: 'not a regular file' });
  checkOwnership(path, status);
  return true;
}

/**
 * Checks that this process may use the files of a store: LMDB writes a lock file for readers, too, unless the whole file system
 * is read-only.
 * interop: lmdb brings the process down when it cannot make or write one.
 *
 * @throws Fault `caller.store-permissions`
 */
export async function checkStoreAccess(directory: string, names: readonly string[], readOnly: boolean): Promise<void> {
  for (const name of names) {
    const path = join(directory, name);
    // What is not there yet is made in the folder.
    const place = (await statusOf(path)) === undefined ? directory : path;
    try {
      await access(place, constants.R_OK | constants.W_OK);
    } catch (error) {
      if (readOnly && isCode(error, 'EROFS')) continue;
      throw new Fault('caller.store-permissions', { path: place, reason: codeOf(error) });
    }
  }
}

async function statusOf(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path);
  } catch (error) {
    if (isCode(error, 'ENOENT') || isCode(error, 'ENOTDIR')) return undefined;
    throw new Fault('internal.store-unavailable', { path, reason: codeOf(error) });
  }
}

function isCode(error: unknown, code: string): boolean {
  return codeOf(error) === code;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}
