/** What a gateway keeps of conversations: their contexts, and what was seen once. */
import type { ContextStore, ReplayCache } from '@parley/conversation';
import { MemoryContextStore, MemoryReplayCache } from '@parley/conversation';
import type { Meter } from '@parley/core';
import type { KeyEncryptionKey, LmdbWitness } from '@parley/stores';
import { keyEncryptionKeyFromFile, openLmdbContextStore, openLmdbReplayCache, openLmdbWitness } from '@parley/stores';
import type { ContextsConfiguration, GatewayConfiguration } from '../configuration/configuration.ts';
import type { Files } from '../credentials/pem-files.ts';
import { withKeyService } from './key-service.ts';
import type { SharedServer } from './shared-server.ts';
import { openServer } from './shared-server.ts';

export interface Keeping {
  readonly store: ContextStore;
  readonly replayCache: ReplayCache;
  close(): Promise<void>;
}

const PRUNE_MS = 300_000;

/** Opens what `configuration` says. @throws Fault what is wrong with a folder, a server, or the key */
export async function keepingOf(
  { contexts, replays }: GatewayConfiguration,
  files: Files,
  meter: Meter | undefined,
): Promise<Keeping> {
  const closing: (() => unknown)[] = [];
  const close = async (): Promise<void> => {
    for (const end of closing.splice(0).reverse()) await end();
  };
  try {
    const server = contexts?.server === undefined ? undefined : await serverOf(contexts, contexts.server, files);
    if (server !== undefined) closing.push(() => server.close());
    const store = await storeOf(contexts, server, files, closing);
    closing.push(() => store.close());
    if (server?.needsPruning === true) closing.push(pruning(store));
    if (server !== undefined) return { store, replayCache: server.replays(replays?.entriesMax), close };
    if (replays?.folder === undefined) return { store, replayCache: new MemoryReplayCache({ meter }), close };
    const replayCache = await openLmdbReplayCache({
      directory: files.path(replays.folder),
      entriesMax: replays.entriesMax,
      meter,
    });
    closing.push(() => replayCache.close());
    return { store, replayCache, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function serverOf({ password, name }: ContextsConfiguration, url: string, files: Files): Promise<SharedServer> {
  const secret = password === undefined ? undefined : (await files.text(password)).trim();
  return await openServer({ url, password: secret, name }, 'contexts.server');
}

async function storeOf(
  contexts: ContextsConfiguration | undefined,
  server: SharedServer | undefined,
  files: Files,
  closing: (() => unknown)[],
): Promise<ContextStore> {
  if (contexts === undefined) return new MemoryContextStore();
  const keys = await keysOf(contexts, files);
  const witness: LmdbWitness | undefined =
    contexts.witness === undefined ? undefined : await openLmdbWitness({ directory: files.path(contexts.witness) });
  if (witness !== undefined) closing.push(() => witness.close());
  if (server !== undefined) return await server.contexts({ ...keys, witness });
  return await openLmdbContextStore({ directory: files.path(contexts.folder ?? ''), ...keys, witness });
}

interface Keys {
  readonly keyEncryptionKey: KeyEncryptionKey;
  readonly olderKeyEncryptionKeys: readonly KeyEncryptionKey[];
}

async function keysOf({ key, olderKeys = [], keyService }: ContextsConfiguration, files: Files): Promise<Keys> {
  return await withKeyService(keyService, 'contexts.keyService', async (wrapper) => ({
    keyEncryptionKey: await keyEncryptionKeyFromFile(files.path(key), wrapper),
    olderKeyEncryptionKeys: await Promise.all(
      olderKeys.map((file) => keyEncryptionKeyFromFile(files.path(file), wrapper)),
    ),
  }));
}

/** Removes what is over, now and then. @returns what ends it */
function pruning(store: ContextStore): () => void {
  // What cannot be removed now can later.
  const timer = setInterval(() => void store.prune(Date.now()).catch(() => undefined), PRUNE_MS);
  timer.unref();
  return () => clearInterval(timer);
}
