/** Each store that there is, with what it needs: a folder, or the server that `test/interop` starts. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ContextStore, ReplayCache } from '@parley/conversation';
import { MemoryContextStore, MemoryReplayCache } from '@parley/conversation';
import { KeyEncryptionKey, openLmdbContextStore, openLmdbReplayCache } from '@parley/stores';
import { seededOctets } from '../corpus.ts';

/** Where contexts and replays are kept. */
export interface Places {
  readonly contexts: ContextStore;
  readonly replays: ReplayCache;
  close(): Promise<void>;
}

interface RunningServer {
  readonly port: number;
  remove(): Promise<void>;
}

export type StoreName = 'memory' | 'lmdb' | 'redis' | 'postgres';
export const STORES: readonly StoreName[] = ['memory', 'lmdb', 'redis', 'postgres'];

const TESTS = new URL('../../../test/interop/', import.meta.url);

/** How each is opened, empty; it throws why there is none on this machine. */
const OPENERS: Readonly<Record<StoreName, () => Promise<Places>>> = {
  memory: async () => ({
    contexts: new MemoryContextStore(),
    replays: new MemoryReplayCache(),
    close: async () => undefined,
  }),
  lmdb: inFolders,
  redis: () => onServer('redis', 'missingRedis', 'startRedis'),
  postgres: () => onServer('postgres', 'missingPostgres', 'startPostgres'),
};

export function storeNamed(name: string): StoreName {
  const found = STORES.find((each) => each === name);
  if (found === undefined) throw new Error(`one of ${STORES.join(', ')}, not '${name}'`);
  return found;
}

/** @throws Error why there is none on this machine */
export async function openPlaces(name: StoreName): Promise<Places> {
  return await OPENERS[name]();
}

export function storeKey(): KeyEncryptionKey {
  return new KeyEncryptionKey(seededOctets('store', 32).slice());
}

async function inFolders(): Promise<Places> {
  const folder = mkdtempSync(path.join(tmpdir(), 'parley-stores-'));
  const directory = path.join(folder, 'contexts');
  const contexts = await openLmdbContextStore({ directory, keyEncryptionKey: storeKey() });
  const replays = await openLmdbReplayCache({ directory: path.join(folder, 'replays') });
  const close = async (): Promise<void> => {
    await contexts.close();
    await replays.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { contexts, replays, close };
}

async function onServer(name: string, missing: string, start: string): Promise<Places> {
  const programs = (await import(new URL(`${name}/${name}-server.mjs`, TESTS).href)) as Record<string, () => unknown>;
  const why = programs[missing]?.();
  if (typeof why === 'string') throw new Error(why);
  const server = (await programs[start]?.()) as RunningServer;
  const { openPlaces } = (await import(new URL(`${name}/${name}-places.mjs`, TESTS).href)) as {
    openPlaces(port: number, key: KeyEncryptionKey): Promise<Places>;
  };
  const places = await openPlaces(server.port, storeKey());
  const close = async (): Promise<void> => {
    await places.close();
    await server.remove();
  };
  return { ...places, close };
}
