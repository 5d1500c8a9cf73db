import assert from 'node:assert/strict';
import type { RecordStore } from '@parley/conversation';
import { SharedTotal } from '@parley/conversation/internal';
import { sampleContext } from '../kit/sample-context.ts';
import { SAMPLE_TIME_MS } from '../kit/test-ambient.ts';
import type { OpenStore } from './context-store-laws.ts';
import type { Law } from './law.ts';
import { codeOf } from './rejection.ts';

const UNTIL_MS = SAMPLE_TIME_MS + 1000;

async function recordsOf(open: OpenStore): Promise<RecordStore> {
  const { records } = await open();
  assert.ok(records, 'the store has records');
  return records;
}

/** What the `records` of every `ContextStore` that has them must do. */
export const RECORD_STORE_LAWS: readonly Law<OpenStore>[] = [
  {
    name: 'give back what was put, field by field',
    async check(open) {
      const records = await recordsOf(open);
      const record = {
        text: 'Grüße',
        number: 2 ** 53 - 1,
        none: undefined,
        list: [1, { deep: true }],
        octets: Uint8Array.of(0, 255),
      };
      await records.transact('a', (within) => within.put('x', record, UNTIL_MS));
      const got = (await records.transact('a', (within) => within.get('x'))) as typeof record;
      assert.deepEqual({ ...got, octets: [...got.octets] }, { ...record, octets: [0, 255] });
    },
  },
  {
    name: 'see what their own step has written, and nothing of other partitions',
    async check(open) {
      const records = await recordsOf(open);
      await records.transact('a', (within) => {
        within.put('x', { is: 1 }, UNTIL_MS);
        assert.deepEqual(within.get('x'), { is: 1 });
        within.put('x', { is: 2 }, UNTIL_MS);
      });
      await records.transact('b', (within) => within.put('x', { is: 3 }, UNTIL_MS));
      assert.deepEqual(await records.transact('a', (within) => within.get('x')), { is: 2 });
      await records.transact('a', (within) => within.remove('x'));
      assert.equal(await records.transact('a', (within) => within.get('x')), undefined);
      assert.deepEqual(await records.transact('b', (within) => within.get('x')), { is: 3 });
    },
  },
  {
    name: 'steps at once are one after the other',
    async check(open) {
      const records = await recordsOf(open);
      const add = () =>
        records.transact('a', (within) => {
          const { count } = (within.get('x') ?? { count: 0 }) as { readonly count: number };
          within.put('x', { count: count + 1 }, UNTIL_MS);
        });
      await Promise.all(Array.from({ length: 32 }, add));
      assert.deepEqual(await records.transact('a', (within) => within.get('x')), { count: 32 });
    },
  },
  {
    name: 'hold the contexts that are counted in them to a ceiling, however many are inserted at once',
    async check(open) {
      const [store, ceiling] = [await open(), 24];
      assert.ok(store.records);
      const total = new SharedTotal(store.records, ceiling);
      const issue = async (name: string) => {
        const context = sampleContext({ identifier: `urn:uuid:${name}` });
        await total.take({ identifier: context.identifier, untilMs: context.expiresAtMs }, SAMPLE_TIME_MS);
        assert.ok(await store.insert(context));
      };
      const codes = await Promise.all(Array.from({ length: 64 }, (_, index) => codeOf(issue(`${index}`))));
      const refused = codes.filter((code) => code !== 'no error');
      assert.deepEqual([...new Set(refused)], ['internal.quota']);
      assert.equal(refused.length, 64 - ceiling);
      let contexts = 0;
      for await (const identifier of store.list()) contexts += identifier === '' ? 0 : 1;
      assert.equal(contexts, ceiling);
    },
  },
  {
    name: 'rethrow what a step throws, as it is',
    async check(open) {
      const records = await recordsOf(open);
      const failure = new RangeError('mine');
      const step = records.transact('a', () => {
        throw failure;
      });
      await assert.rejects(step, (error) => error === failure);
    },
  },
  {
    name: 'clear one partition, and are pruned with the store when they are over',
    async check(open) {
      const store = await open();
      const records = store.records;
      assert.ok(records);
      const untilMs = { a: UNTIL_MS + 9000, ab: UNTIL_MS + 9000, b: UNTIL_MS };
      for (const [partition, until] of Object.entries(untilMs))
        await records.transact(partition, (within) => within.put('x', { partition }, until));
      await records.clear('a');
      const all = () =>
        Promise.all(['a', 'ab', 'b'].map((name) => records.transact(name, (within) => within.get('x'))));
      assert.deepEqual(await all(), [undefined, { partition: 'ab' }, { partition: 'b' }]);
      await store.prune(UNTIL_MS + 1);
      assert.deepEqual(await all(), [undefined, { partition: 'ab' }, undefined]);
    },
  },
  {
    name: 'are not contexts',
    async check(open) {
      const store = await open();
      await store.records?.transact('a', (within) => within.put('x', { is: 1 }, UNTIL_MS));
      for await (const identifier of store.list()) assert.fail(`lists ${identifier}`);
    },
  },
];
