import { readdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { ContextStore } from '@parley/conversation';
import { wipeContext } from '@parley/conversation';
import type { SecurityContext } from '@parley/core';
import { Fault } from '@parley/core';
import type { ContextResolver } from '@parley/engine';
import { parseKeys } from '@parley/log';
import type { KeyEncryptionKey } from '@parley/stores';
import type { Terminal } from '../terminal/terminal.ts';
import { readInput } from './read-input.ts';

/** Where the keys are: at most one of `contexts` and `keys`. */
export interface ContextsOption {
  /** Folder of a context store. */
  readonly contexts?: string | undefined;
  /** File of the store's key-encryption key. */
  readonly kek?: string | undefined;
  /** A keys file. */
  readonly keys?: string | undefined;
}

/** Contexts to verify with; their secrets are wiped by `close`. */
export interface OpenContexts extends ContextResolver {
  close(): Promise<void>;
}

/** The environment variable that may hold the key-encryption key, in base64 or hex. */
export const KEK_VARIABLE = 'PARLEY_KEK';
/** Name of the key file beside a store's folder. */
export const KEK_FILE = 'kek';

/**
 * Opens what the options name, or says `undefined` when they name nothing.
 * @throws Fault `caller.option-invalid`, `caller.keys-invalid`, `caller.input-unreadable`, `caller.store-*`, `internal.store-*`
 */
export async function openContexts(option: ContextsOption, terminal: Terminal): Promise<OpenContexts | undefined> {
  if (option.contexts !== undefined && option.keys !== undefined) {
    throw new Fault('caller.option-invalid', { reason: '--contexts and --keys exclude each other' });
  }
  if (option.kek !== undefined && option.contexts === undefined) {
    throw new Fault('caller.option-invalid', { reason: '--kek goes with --contexts' });
  }
  if (option.keys !== undefined) return keysFile(option.keys);
  return option.contexts === undefined ? undefined : contextStore(option.contexts, option.kek, terminal);
}

async function keysFile(path: string): Promise<OpenContexts> {
  const octets = await readInput(path);
  try {
    const contexts = new Map(parseKeys(octets).map((context) => [context.identifier, context]));
    return held(async (identifier) => contexts.get(identifier), contexts);
  } catch (error) {
    throw error instanceof Fault ? new Fault(error.code, { file: path, ...error.detail }) : error;
  } finally {
    octets.fill(0);
  }
}

async function contextStore(directory: string, kek: string | undefined, terminal: Terminal): Promise<OpenContexts> {
  await requireDirectory(directory);
  const keyEncryptionKey = await keyOf(directory, kek, terminal);
  const { openLmdbContextStore } = await stores();
  const store = await openLmdbContextStore({ directory, keyEncryptionKey, readOnly: true });
  const contexts = new Map<string, SecurityContext>();
  return held((identifier) => fetched(store, contexts, identifier), contexts, store);
}

// A missing store is reported as such, not as the missing key beside it.
async function requireDirectory(path: string): Promise<void> {
  const status = await stat(path).catch(() => undefined);
  if (status === undefined) throw new Fault('caller.store-missing', { path });
}

/** Native code, loaded for those who have a store. */
function stores(): Promise<typeof import('@parley/stores')> {
  return import('@parley/stores');
}

async function keyOf(directory: string, kek: string | undefined, terminal: Terminal): Promise<KeyEncryptionKey> {
  const { keyEncryptionKeyFromFile, keyEncryptionKeyFromText } = await stores();
  if (kek !== undefined) return keyEncryptionKeyFromFile(kek);
  const text = terminal.environment[KEK_VARIABLE];
  if (text !== undefined && text !== '') return keyEncryptionKeyFromText(text);
  return keyEncryptionKeyFromFile(keyFileBeside(directory));
}

function keyFileBeside(directory: string): string {
  return join(dirname(resolve(directory)), KEK_FILE);
}

/** All files that may be read for the options: without those of a store, its contexts are lost. */
export async function filesOfContexts({ contexts, kek, keys }: ContextsOption): Promise<readonly string[]> {
  const given = [kek, keys].filter((path) => path !== undefined);
  if (contexts === undefined) return given;
  const names = await readdir(contexts).catch(() => []);
  return [...given, keyFileBeside(contexts), ...names.map((name) => join(contexts, name))];
}

async function fetched(
  store: ContextStore,
  contexts: Map<string, SecurityContext>,
  identifier: string,
): Promise<SecurityContext | undefined> {
  const known = contexts.get(identifier);
  if (known !== undefined) return known;
  const context = await store.get(identifier);
  if (context !== undefined) contexts.set(identifier, context);
  return context;
}

function held(get: ContextResolver['get'], contexts: Map<string, SecurityContext>, store?: ContextStore): OpenContexts {
  return {
    get,
    close: async () => {
      for (const context of contexts.values()) wipeContext(context);
      contexts.clear();
      await store?.close();
    },
  };
}
