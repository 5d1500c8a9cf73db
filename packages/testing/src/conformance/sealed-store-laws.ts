import assert from 'node:assert/strict';
import type { SealedContextStore, StoredRecord } from '@parley/conversation';
import type { RollbackWitness } from '@parley/sealing';
import { KeyEncryptionKey, MemoryWitness } from '@parley/sealing';
import { sampleContext, sampleKey } from '../kit/sample-context.ts';
import { SAMPLE_TIME_MS } from '../kit/test-ambient.ts';
import type { Law } from './law.ts';
import { codeOf, keyOctets } from './rejection.ts';

/** One sealed store that holds nothing yet, and whoever else can read and write what it is kept in. */
export interface SealedPlaceOfStore {
  /** Opens it, as another node or process does; whoever gives it closes it. The first key seals. */
  open(
    keys: readonly [KeyEncryptionKey, ...KeyEncryptionKey[]],
    witness?: RollbackWitness,
  ): Promise<SealedContextStore>;
  /** Takes down what is kept, sealed as it is; the function puts back all that was there then, over what is there now. */
  copy(): Promise<() => Promise<void>>;
}

const OLD = new KeyEncryptionKey(new Uint8Array(32).fill(1));
const NEW = new KeyEncryptionKey(new Uint8Array(32).fill(2));
const ID = 'urn:uuid:1';
const UNTIL_MS = SAMPLE_TIME_MS + 3_600_000;
const CORRUPT = 'internal.store-corrupt';

const named = (identifier = ID) => sampleContext({ identifier });
const renewed = (store: SealedContextStore, key: number) =>
  store.update(ID, (now) => ({ ...now, keys: [...now.keys, sampleKey(key, `i${key}`)] }));
const counted = (store: SealedContextStore, partition: string, count: number | undefined) =>
  store.records?.transact(partition, (within) => {
    const before: StoredRecord | undefined = within.get('x');
    if (count !== undefined) within.put('x', { count }, UNTIL_MS);
    return before;
  }) ?? Promise.resolve(undefined);

const written = (store: SealedContextStore, partition: string, count: number) =>
  store.records?.transact(partition, (within) => within.put('x', { count }, UNTIL_MS)) ?? Promise.resolve();

/** What every store that seals must do, when its key changes, and when somebody puts older records back. */
export const SEALED_STORE_LAWS: readonly Law<() => Promise<SealedPlaceOfStore>>[] = [
  {
    name: 'a context that was cancelled does not come back with its older record',
    async check(make) {
      const place = await make();
      const store = await place.open([OLD]);
      await store.insert(named());
      await store.insert(named('urn:uuid:2'));
      const putBack = await place.copy();
      assert.equal(await store.cancel(ID, SAMPLE_TIME_MS), true);
      await putBack();
      assert.equal(await codeOf(store.get(ID)), CORRUPT);
      assert.equal(await codeOf(renewed(store, 3)), CORRUPT);
      assert.equal(await codeOf(store.put(named())), CORRUPT);
      assert.equal((await store.get('urn:uuid:2'))?.identifier, 'urn:uuid:2');
    },
  },
  {
    name: 'nor does a key that a renewal replaced',
    async check(make) {
      const place = await make();
      const store = await place.open([OLD]);
      await store.insert(named());
      await renewed(store, 3);
      const putBack = await place.copy();
      await store.update(ID, (now) => ({ ...now, keys: [sampleKey(4, 'i4')] }));
      assert.deepEqual(keyOctets(await store.get(ID)), new Uint8Array(32).fill(4));
      await putBack();
      assert.equal(await codeOf(store.get(ID)), CORRUPT);
    },
  },
  {
    name: 'who heard of a change does not take what was before it, though it never saw what came of it',
    async check(make) {
      const place = await make();
      const [here, there] = [await place.open([OLD]), await place.open([OLD])];
      await here.insert(named());
      const start = (await there.changes?.())?.position;
      const putBack = await place.copy();
      await here.cancel(ID, SAMPLE_TIME_MS);
      await there.changes?.(start);
      await putBack();
      assert.equal(await codeOf(there.get(ID)), CORRUPT);
    },
  },
  {
    name: 'what a witness keeps holds for who opens the store later',
    async check(make) {
      const place = await make();
      const witness = new MemoryWitness();
      const before = await place.open([OLD], witness);
      await before.insert(named());
      const putBack = await place.copy();
      await before.cancel(ID, SAMPLE_TIME_MS);
      await before.close();
      await putBack();
      assert.equal(await codeOf((await place.open([OLD], witness)).get(ID)), CORRUPT);
    },
  },
  {
    name: 'records of sequences do not go back; counts may, for they are only generous then',
    async check(make) {
      const place = await make();
      const store = await place.open([OLD]);
      for (const partition of ['urn:uuid:1', '\0counts']) await counted(store, partition, 1);
      const putBack = await place.copy();
      for (const partition of ['urn:uuid:1', '\0counts']) await counted(store, partition, 2);
      await putBack();
      assert.equal(await codeOf(counted(store, 'urn:uuid:1', undefined)), CORRUPT);
      assert.equal(await codeOf(counted(store, 'urn:uuid:1', 3)), CORRUPT);
      assert.deepEqual(await counted(store, '\0counts', 3), { count: 1 });
    },
  },
  {
    name: 'what is as new as it is known to be is taken, and so is what was forgotten and made anew',
    async check(make) {
      const place = await make();
      const [here, there] = [await place.open([OLD]), await place.open([OLD])];
      await here.insert(named());
      assert.equal(await renewed(there, 3), true);
      const putBack = await place.copy();
      await putBack();
      assert.equal(await renewed(here, 4), true);
      assert.equal((await there.get(ID))?.keys.length, 3);
      await here.cancel(ID, SAMPLE_TIME_MS);
      assert.equal(await there.forget?.(ID, SAMPLE_TIME_MS + 1), true);
      assert.equal(await there.insert(named()), true);
      for (const store of [here, there]) assert.equal((await store.get(ID))?.keys.length, 1);
    },
  },
  {
    name: 'of nodes that write in turn within a moment, each takes what the others wrote, whether they had read it or not',
    async check(make) {
      const place = await make();
      const [here, there] = [await place.open([OLD]), await place.open([OLD])];
      for (const write of [counted, written]) {
        const partition = `urn:uuid:${write.name}`;
        for (const store of [here, here, here, there]) await write(store, partition, 1);
        await write(there, partition, 2);
        for (const store of [here, there]) assert.deepEqual(await counted(store, partition, undefined), { count: 2 });
      }
    },
  },
  {
    name: 'all is sealed anew under another key, while others write, and the old key is not needed any more',
    async check(make) {
      const place = await make();
      const before = await place.open([OLD]);
      const names = Array.from({ length: 24 }, (_, index) => `urn:uuid:${index}`);
      for (const name of names) await before.insert(named(name));
      await before.cancel('urn:uuid:0', SAMPLE_TIME_MS);
      for (const partition of ['urn:uuid:1', '\0counts']) await counted(before, partition, 1);
      const serving = [await place.open([NEW, OLD]), await place.open([NEW, OLD])] as const;
      const writers = Array.from({ length: 16 }, async (_, writer) => {
        for (const name of names) {
          const store = serving[writer % 2] ?? serving[0];
          await store.update(name, (now) => ({
            ...now,
            keys: [...now.keys.slice(-3), sampleKey(writer, `${writer}`)],
          }));
        }
      });
      assert.equal((await serving[0].reseal()).left, 0);
      await Promise.all(writers);
      assert.deepEqual(await serving[1].reseal(), { records: 0, left: 0 });
      assert.equal(await codeOf(before.get('urn:uuid:1')), 'caller.store-key-wrong');
      assert.equal(await codeOf(place.open([OLD])), 'caller.store-key-wrong');
      const after = await place.open([NEW]);
      for (const name of names) assert.equal((await after.get(name))?.identifier, name);
      assert.equal((await after.get('urn:uuid:0'))?.cancelledAtMs, SAMPLE_TIME_MS);
      for (const partition of ['urn:uuid:1', '\0counts'])
        assert.deepEqual(await counted(after, partition, 2), { count: 1 });
    },
  },
  {
    name: 'what is sealed under a key that nobody gave is left, and said to be',
    async check(make) {
      const place = await make();
      const before = await place.open([OLD]);
      await before.insert(named());
      const both = await place.open([NEW, OLD]);
      await both.insert(named('urn:uuid:2'));
      const after = await place.open([NEW]);
      assert.deepEqual(await after.reseal(), { records: 0, left: 1 });
      assert.equal(await codeOf(after.get(ID)), 'caller.store-key-wrong');
      assert.deepEqual({ ...(await both.reseal()), left: 0 }, { records: 1, left: 0 });
      assert.equal((await after.get(ID))?.identifier, ID);
    },
  },
];
