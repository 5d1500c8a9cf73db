// What every store of records must do, in memory and in LMDB.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ContextStore } from '@parley/conversation';
import { MemoryContextStore } from '@parley/conversation';
import { KeyEncryptionKey, openLmdbContextStore } from '@parley/stores';
import { RECORD_STORE_LAWS } from '@parley/testing';
import { afterEach, describe, expect, test } from 'vitest';
import { START_MS } from '../conversation/sample-context.ts';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function lmdbStore(): Promise<ContextStore> {
  const directory = await mkdtemp(join(tmpdir(), 'parley-records-'));
  const store = await openLmdbContextStore({
    directory,
    keyEncryptionKey: new KeyEncryptionKey(new Uint8Array(32).fill(9)),
  });
  cleanups.push(async () => {
    await store.close();
    await rm(directory, { recursive: true });
  });
  return store;
}

const STORES = { memory: async (): Promise<ContextStore> => new MemoryContextStore(), lmdb: lmdbStore };
const UNTIL = START_MS + 1000;

describe.each(Object.keys(STORES) as (keyof typeof STORES)[])('%s records', (kind) => {
  test.each(RECORD_STORE_LAWS)('$name', ({ check }) => check(STORES[kind]));
});

test('records of LMDB are sealed', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'parley-records-'));
  const open = async (fill: number): Promise<ContextStore> =>
    await openLmdbContextStore({ directory, keyEncryptionKey: new KeyEncryptionKey(new Uint8Array(32).fill(fill)) });
  const store = await open(9);
  await store.records!.transact('a', (within) => within.put('x', { canary: 'plainly-visible' }, UNTIL));
  await store.close();
  const octets = await readFile(join(directory, 'data.mdb'));
  expect(octets.includes('plainly-visible')).toBe(false);
  await expect(open(8)).rejects.toMatchObject({ code: 'caller.store-key-wrong' });
  await rm(directory, { recursive: true });
});
