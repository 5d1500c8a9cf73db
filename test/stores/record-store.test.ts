// What every store of records must do, in memory and in LMDB.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ContextStore, RecordStore } from '@parley/conversation';
import { MemoryContextStore } from '@parley/conversation';
import { KeyEncryptionKey, openLmdbContextStore } from '@parley/stores';
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
  const make = async (): Promise<[ContextStore, RecordStore]> => {
    const store = await STORES[kind]();
    return [store, store.records!];
  };

  test('give back what was put, field by field', async () => {
    const [, records] = await make();
    const record = {
      text: 'Grüße',
      number: 2 ** 53 - 1,
      none: undefined,
      list: [1, { deep: true }],
      octets: Uint8Array.of(0, 255),
    };
    await records.transact('a', (within) => within.put('x', record, UNTIL));
    const got = (await records.transact('a', (within) => within.get('x'))) as typeof record;
    expect({ ...got, octets: [...got.octets] }).toEqual({ ...record, octets: [0, 255] });
  });

  test('see what their own step has written, and nothing of other partitions', async () => {
    const [, records] = await make();
    await records.transact('a', (within) => {
      within.put('x', { is: 1 }, UNTIL);
      expect(within.get('x')).toEqual({ is: 1 });
      within.put('x', { is: 2 }, UNTIL);
    });
    await records.transact('b', (within) => within.put('x', { is: 3 }, UNTIL));
    expect(await records.transact('a', (within) => within.get('x'))).toEqual({ is: 2 });
    await records.transact('a', (within) => within.remove('x'));
    expect(await records.transact('a', (within) => within.get('x'))).toBeUndefined();
    expect(await records.transact('b', (within) => within.get('x'))).toEqual({ is: 3 });
  });

  test('rethrow what a step throws, as it is', async () => {
    const [, records] = await make();
    const failure = new RangeError('mine');
    await expect(
      records.transact('a', () => {
        throw failure;
      }),
    ).rejects.toBe(failure);
  });

  test('clear one partition, and prune what is over', async () => {
    const [store, records] = await make();
    for (const partition of ['a', 'ab', 'b'])
      await records.transact(partition, (within) =>
        within.put('x', { partition }, partition === 'b' ? UNTIL : UNTIL + 9000),
      );
    await records.clear('a');
    const all = async () =>
      await Promise.all(['a', 'ab', 'b'].map((name) => records.transact(name, (within) => within.get('x'))));
    expect(await all()).toEqual([undefined, { partition: 'ab' }, { partition: 'b' }]);
    await store.prune(UNTIL + 1);
    expect(await all()).toEqual([undefined, { partition: 'ab' }, undefined]);
  });

  test('are not contexts', async () => {
    const [store, records] = await make();
    await records.transact('a', (within) => within.put('x', { is: 1 }, UNTIL));
    const identifiers: string[] = [];
    for await (const identifier of store.list()) identifiers.push(identifier);
    expect(identifiers).toEqual([]);
  });
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
