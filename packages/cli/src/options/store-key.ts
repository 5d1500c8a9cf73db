import { stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { Fault } from '@parley/core';
import type { KeyEncryptionKey } from '@parley/stores';
import type { Terminal } from '../terminal/terminal.ts';

/** The environment variable that may hold the key-encryption key, in base64 or hex. */
export const KEK_VARIABLE = 'PARLEY_KEK';
/** Name of the key file beside a store's folder. */
export const KEK_FILE = 'kek';

/**
 * The key of the store at `directory`: of the file `kek` if one is named, else of the environment, else beside the folder.
 * @throws Fault `caller.store-missing` when there is no such folder, whatever there is of keys; and those of the key
 */
export async function storeKey(
  directory: string,
  kek: string | undefined,
  { environment }: Pick<Terminal, 'environment'>,
): Promise<KeyEncryptionKey> {
  const status = await stat(directory).catch(() => undefined);
  if (status === undefined) throw new Fault('caller.store-missing', { path: directory });
  // Native code comes along: it is loaded for those who have a store.
  const { keyEncryptionKeyFromFile, keyEncryptionKeyFromText } = await import('@parley/stores');
  if (kek !== undefined) return keyEncryptionKeyFromFile(kek);
  const text = environment[KEK_VARIABLE];
  if (text !== undefined && text !== '') return keyEncryptionKeyFromText(text);
  return keyEncryptionKeyFromFile(keyFileBeside(directory));
}

/** Where the key of the store at `directory` is, unless something else says where. */
export function keyFileBeside(directory: string): string {
  return join(dirname(resolve(directory)), KEK_FILE);
}
