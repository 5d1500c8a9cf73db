/** Stores by where they are: a folder, or the address of a server that nodes share. */
import type { SealedContextStore } from '@parley/conversation';
import { Fault } from '@parley/core';
import type { LmdbContextStoreOptions } from '@parley/stores';

/** As the help of the commands has it. */
const PLACE = '<dir>';

export interface OpenStoreOptions extends Omit<LmdbContextStoreOptions, 'directory' | 'nowMs'> {
  /** Of the user of a server. */
  readonly password?: string | undefined;
}

/** What begins like an address is one. */
export function isAddress(place: string): boolean {
  return /^[a-z]+:\/\//i.test(place);
}

/** The place as it may be shown: without the password of an address. */
export function shownPlace(place: string): string {
  if (!isAddress(place)) return place;
  if (!URL.canParse(place)) return place.replace(/\/\/.*@/, '//');
  const url = new URL(place);
  url.password = '';
  // A client may take a password there, too.
  for (const parameter of [...url.searchParams.keys()])
    if (/pass|secret/i.test(parameter)) url.searchParams.delete(parameter);
  return url.href;
}

/** The `name` is ours; whatever else stands behind `?` is for the client of the server. */
function serverAt(place: string): { readonly url: string; readonly name?: string | undefined } {
  if (!URL.canParse(place)) return { url: place };
  const url = new URL(place);
  const name = url.searchParams.get('name') ?? undefined;
  url.searchParams.delete('name');
  return { url: url.href, name };
}

/**
 * Does `work` with the store at `place`: a folder, or `redis://host/0?name=orders` and the like, the name as a gateway's file has it. Of a server, what is
 * only read is not guarded against writing.
 * @throws Fault as the store, and as `work`
 */
export async function withOpenStore<T>(
  place: string,
  { password, ...options }: OpenStoreOptions,
  work: (store: SealedContextStore) => Promise<T>,
): Promise<T> {
  if (!isAddress(place)) {
    if (password !== undefined)
      throw new Fault('caller.option-invalid', { option: '--password', reason: 'a folder has none' });
    // Native code comes along: it is loaded for those who have a folder.
    const { openLmdbContextStore } = await import('@parley/stores');
    return await closing(await openLmdbContextStore({ ...options, directory: place }), work);
  }
  const { openServer } = await import('@parley/gateway/internal');
  const { readOnly: _, ...rest } = options;
  const server = await openServer({ ...serverAt(place), password }, PLACE);
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
