import { stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { Fault } from '@parley/core';
import type { KeyEncryptionKey } from '@parley/stores';
import type { Terminal } from '../terminal/terminal.ts';

/** The environment variable that may hold the key-encryption key, in base64 or hex. */
export const KEK_VARIABLE = 'PARLEY_KEK';
/** What every store has. */
const DATA_FILE = 'data.mdb';
/** Name of the key file beside a store's folder. */
export const KEK_FILE = 'kek';

/**
 * The key of the store at `directory`: of the file `kek` if one is named, else of the environment, else beside the folder.
 * @throws Fault `caller.store-missing` when there is no store, whatever there is of keys; and those of the key
 */
export async function storeKey(
  directory: string,
  kek: string | undefined,
  terminal: Pick<Terminal, 'environment'>,
): Promise<KeyEncryptionKey> {
  const status = await stat(join(directory, DATA_FILE)).catch(() => undefined);
  if (status === undefined)
    throw new Fault('caller.store-missing', { path: directory, reason: `no ${DATA_FILE} in it` });
  return await keyFor(directory, kek, terminal);
}

/** The same for a store that may not be there yet. */
export async function keyFor(
  directory: string,
  kek: string | undefined,
  { environment }: Pick<Terminal, 'environment'>,
): Promise<KeyEncryptionKey> {
  // Native code comes along: it is loaded for those who have a store.
  const { keyEncryptionKeyFromFile, keyEncryptionKeyFromText } = await import('@parley/stores');
  if (kek !== undefined) return keyEncryptionKeyFromFile(kek);
  const text = environment[KEK_VARIABLE];
  if (text !== undefined && text !== '') return inVariable(() => keyEncryptionKeyFromText(text));
  return keyEncryptionKeyFromFile(keyFileBeside(directory));
}

function inVariable<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof Fault ? new Fault(error.code, { variable: KEK_VARIABLE, ...error.detail }) : error;
  }
}

/** Where the key of the store at `directory` is, unless something else says where. */
export function keyFileBeside(directory: string): string {
  return join(dirname(resolve(directory)), KEK_FILE);
}
