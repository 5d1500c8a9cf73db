import { stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { Fault } from '@parley/core';
import type { KeyEncryptionKey, KeyWrapper } from '@parley/sealing';
import { keyEncryptionKeyFromFile, keyEncryptionKeyFromText, keyEncryptionKeyFromWrappedText } from '@parley/sealing';
import type { Terminal } from '../terminal/terminal.ts';
import { isAddress } from './store-place.ts';

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
  wrapper?: KeyWrapper,
): Promise<KeyEncryptionKey> {
  if (isAddress(directory)) return await keyFor(directory, kek, terminal, wrapper);
  const status = await stat(join(directory, DATA_FILE)).catch(() => undefined);
  if (status === undefined)
    throw new Fault('caller.store-missing', { path: directory, reason: `no ${DATA_FILE} in it` });
  return await keyFor(directory, kek, terminal, wrapper);
}

/** The same for a store that may not be there yet. With `wrapper`, each of these holds a wrapped key. */
export async function keyFor(
  directory: string,
  kek: string | undefined,
  { environment }: Pick<Terminal, 'environment'>,
  wrapper?: KeyWrapper,
): Promise<KeyEncryptionKey> {
  if (kek !== undefined) return await keyEncryptionKeyFromFile(kek, wrapper);
  const text = environment[KEK_VARIABLE];
  if (text !== undefined && text !== '') return await inVariable(text, wrapper);
  if (isAddress(directory))
    throw new Fault('caller.store-key-missing', { reason: `neither --kek nor ${KEK_VARIABLE} says one` });
  return await keyEncryptionKeyFromFile(keyFileBeside(directory), wrapper);
}

async function inVariable(text: string, wrapper: KeyWrapper | undefined): Promise<KeyEncryptionKey> {
  try {
    if (wrapper === undefined) return keyEncryptionKeyFromText(text);
    return await keyEncryptionKeyFromWrappedText(text, wrapper);
  } catch (error) {
    throw error instanceof Fault ? new Fault(error.code, { variable: KEK_VARIABLE, ...error.detail }) : error;
  }
}

/** Does `work` with what unwraps keys: the token that `uri` names, or nothing where there is none. @throws Fault as the token, and as `work` */
export async function withKeyService<T>(
  uri: string | undefined,
  work: (wrapper: KeyWrapper | undefined) => Promise<T>,
): Promise<T> {
  if (uri === undefined) return await work(undefined);
  const service = await import('@parley/gateway/internal');
  return await service.withKeyService(uri, '--key-service', work);
}

/** Where the key of the store at `directory` is, unless something else says where. */
export function keyFileBeside(directory: string): string {
  return join(dirname(resolve(directory)), KEK_FILE);
}
