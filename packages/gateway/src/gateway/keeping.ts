/** What a gateway keeps of conversations: their contexts, and what was seen once; in memory, or in folders. */
import type { ContextStore, ReplayCache } from '@parley/conversation';
import { MemoryContextStore, MemoryReplayCache } from '@parley/conversation';
import type { Meter } from '@parley/core';
import { keyEncryptionKeyFromFile, openLmdbContextStore, openLmdbReplayCache } from '@parley/stores';
import type { GatewayConfiguration } from '../configuration/configuration.ts';
import type { Files } from '../credentials/pem-files.ts';

export interface Keeping {
  readonly store: ContextStore;
  readonly replayCache: ReplayCache;
  close(): Promise<void>;
}

/** Opens what `configuration` says. @throws Fault what is wrong with a folder, or the key */
export async function keepingOf(
  { contexts, replays }: GatewayConfiguration,
  files: Files,
  meter: Meter | undefined,
): Promise<Keeping> {
  const store = await storeOf(contexts, files);
  try {
    if (replays === undefined) {
      const replayCache = new MemoryReplayCache({ meter });
      return { store, replayCache, close: async () => await store.close() };
    }
    const { folder, entriesMax } = replays;
    const replayCache = await openLmdbReplayCache({ directory: files.path(folder), entriesMax, meter });
    const close = async (): Promise<void> => void (await Promise.all([store.close(), replayCache.close()]));
    return { store, replayCache, close };
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function storeOf(contexts: GatewayConfiguration['contexts'], files: Files): Promise<ContextStore> {
  if (contexts === undefined) return new MemoryContextStore();
  const keyEncryptionKey = await keyEncryptionKeyFromFile(files.path(contexts.key));
  const { olderKeys = [] } = contexts;
  const olderKeyEncryptionKeys = await Promise.all(olderKeys.map((file) => keyEncryptionKeyFromFile(files.path(file))));
  return await openLmdbContextStore({
    directory: files.path(contexts.folder),
    keyEncryptionKey,
    olderKeyEncryptionKeys,
  });
}
