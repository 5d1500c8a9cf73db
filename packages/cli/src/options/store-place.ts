/** Stores by where they are: a folder, or the address of a server that nodes share. */
import type { SealedContextStore } from '@parley/conversation';
import type { LmdbContextStoreOptions } from '@parley/stores';

/** What begins like an address is one. */
export function isAddress(place: string): boolean {
  return /^[a-z]+:\/\//.test(place);
}

/**
 * Does `work` with the store at `place`: a folder, or `redis://host/0?name=orders` and the like, the name as a gateway's file has it. Of a server, what is
 * only read is not guarded against writing.
 * @throws Fault as the store, and as `work`
 */
export async function withOpenStore<T>(
  place: string,
  options: Omit<LmdbContextStoreOptions, 'directory' | 'nowMs'>,
  work: (store: SealedContextStore) => Promise<T>,
): Promise<T> {
  if (!isAddress(place)) {
    // Native code comes along: it is loaded for those who have a folder.
    const { openLmdbContextStore } = await import('@parley/stores');
    return await closing(await openLmdbContextStore({ ...options, directory: place }), work);
  }
  const { openServer } = await import('@parley/gateway/internal');
  const { readOnly: _, ...rest } = options;
  const [url = '', name] = place.split('?name=');
  const server = await openServer({ url, name }, 'dir');
  try {
    return await closing(await server.contexts(rest), work);
  } finally {
    await server.close();
  }
}

async function closing<T>(store: SealedContextStore, work: (store: SealedContextStore) => Promise<T>): Promise<T> {
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}
