import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContextStore } from '@parley/conversation';
import { wipeContext } from '@parley/conversation';
import type { SecurityContext } from '@parley/core';
import { Fault } from '@parley/core';
import type { ContextResolver } from '@parley/engine';
import { parseKeys } from '@parley/log';
import type { Terminal } from '../terminal/terminal.ts';
import { readInput } from './read-input.ts';
import { keyFileBeside, storeKey } from './store-key.ts';
import { isAddress } from './store-place.ts';

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
  /** Their identifiers. */
  list(): AsyncIterable<string>;
  close(): Promise<void>;
}

/**
 * Opens what the options name; when they name nothing, `undefined`, or if there `mayBeNone`, no contexts.
 * @throws Fault `caller.option-invalid`, `caller.keys-invalid`, `caller.input-unreadable`, `caller.store-*`, `internal.store-*`
 */
export async function openContexts(
  option: ContextsOption,
  terminal: Terminal,
  mayBeNone = false,
): Promise<OpenContexts | undefined> {
  requireOnePlace(option);
  if (option.keys !== undefined) return keysFile(option.keys);
  if (option.contexts !== undefined) return contextStore(option.contexts, option.kek, terminal);
  return mayBeNone ? held(async () => undefined, new Map()) : undefined;
}

/** Whether the options, or what the configuration file `file` says, is one place. @throws Fault `caller.option-invalid` */
export function requireOnePlace({ contexts, kek, keys }: ContextsOption, file?: string): void {
  const dashes = file === undefined ? '--' : '';
  const where = file === undefined ? {} : { file };
  if (contexts !== undefined && keys !== undefined)
    throw new Fault('caller.option-invalid', {
      ...where,
      reason: `${dashes}contexts and ${dashes}keys exclude each other`,
    });
  if (kek !== undefined && contexts === undefined)
    throw new Fault('caller.option-invalid', { ...where, reason: `${dashes}kek goes with ${dashes}contexts` });
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
  if (isAddress(directory)) {
    const reason = 'a folder; of a store on a server, parley contexts export makes a keys file';
    throw new Fault('caller.option-invalid', { option: '--contexts', reason });
  }
  const keyEncryptionKey = await storeKey(directory, kek, terminal);
  // Native code, loaded for those who have a store.
  const { openLmdbContextStore } = await import('@parley/stores');
  const store = await openLmdbContextStore({ directory, keyEncryptionKey, readOnly: true });
  const contexts = new Map<string, SecurityContext>();
  return held((identifier) => fetched(store, contexts, identifier), contexts, store);
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
    list: () => store?.list() ?? each(contexts.keys()),
    close: async () => {
      for (const context of contexts.values()) wipeContext(context);
      contexts.clear();
      await store?.close();
    },
  };
}

async function* each(identifiers: Iterable<string>): AsyncGenerator<string> {
  yield* identifiers;
}
