import assert from 'node:assert/strict';
import type { ContextStore, ContextStoreOptions } from '@parley/conversation';
import { sampleContext, sampleKey } from '../kit/sample-context.ts';
import { SAMPLE_TIME_MS } from '../kit/test-ambient.ts';
import type { Law } from './law.ts';
import { codeOf, keyOctets } from './rejection.ts';

/** Opens a store that holds nothing; whoever gives it closes it, and removes what it kept. */
export type OpenStore = (options?: ContextStoreOptions) => Promise<ContextStore>;

const named = (identifier: string, changes: Parameters<typeof sampleContext>[0] = {}) =>
  sampleContext({ identifier, ...changes });
const octets = (octet: number): Uint8Array => new Uint8Array(32).fill(octet);

async function listed(store: ContextStore): Promise<ReadonlySet<string>> {
  const identifiers = new Set<string>();
  for await (const identifier of store.list()) {
    assert.ok(!identifiers.has(identifier), 'each once');
    identifiers.add(identifier);
  }
  return identifiers;
}

/** What every `ContextStore` must do; what it may leave out (`forget`, `changes`) is held where it is there. */
export const CONTEXT_STORE_LAWS: readonly Law<OpenStore>[] = [
  {
    name: 'gives back what was put, field by field',
    async check(open) {
      const store = await open();
      const context = named('urn:uuid:1', {
        keys: [sampleKey(1), sampleKey(2, 'urn:uuid:i2')],
        version: undefined,
        principal: undefined,
        renewable: 'after-expiry',
        claims: ['urn:claim:a', 'urn:claim:b'],
      });
      await store.put(context);
      const found = await store.get('urn:uuid:1');
      const plain = (one: typeof found) => ({ ...one, keys: one?.keys.map((key) => ({ ...key, secret: 0 })) });
      assert.deepEqual(plain(found), plain(context));
      assert.deepEqual(keyOctets(found, 0), octets(1));
      assert.deepEqual(keyOctets(found, 1), octets(2));
      assert.equal(await store.get('urn:uuid:2'), undefined);
    },
  },
  {
    name: 'hands out secrets that are the caller’s own',
    async check(open) {
      const store = await open();
      await store.put(named('urn:uuid:1'));
      (await store.get('urn:uuid:1'))?.keys[0]?.secret.wipe();
      assert.deepEqual(keyOctets(await store.get('urn:uuid:1')), octets(7));
    },
  },
  {
    name: 'inserts once, however many try at once',
    async check(open) {
      const store = await open();
      const tries = Array.from({ length: 32 }, (_, index) =>
        store.insert(named('urn:uuid:1', { keys: [sampleKey(index + 1)] })),
      );
      assert.equal((await Promise.all(tries)).filter(Boolean).length, 1);
    },
  },
  {
    name: 'updates at once add up',
    async check(open) {
      const store = await open();
      await store.put(named('urn:uuid:1'));
      const updates = Array.from({ length: 16 }, (_, index) =>
        store.update('urn:uuid:1', (current) => ({
          ...current,
          keys: [...current.keys, sampleKey(index + 20, `i${index}`)],
        })),
      );
      assert.ok((await Promise.all(updates)).every(Boolean));
      assert.equal((await store.get('urn:uuid:1'))?.keys.length, 17);
    },
  },
  {
    name: 'an update that throws, declines or finds nothing writes nothing',
    async check(open) {
      const store = await open();
      await store.put(named('urn:uuid:1'));
      const thrown = store.update('urn:uuid:1', () => {
        throw Object.assign(new Error('no'), { code: 'mine' });
      });
      assert.equal(await codeOf(thrown), 'mine');
      assert.equal(await store.update('urn:uuid:1', () => undefined), false);
      assert.equal(await store.update('urn:uuid:2', (current) => current), false);
      assert.equal(await codeOf(store.update('urn:uuid:1', () => named('urn:uuid:2'))), 'caller.input-invalid');
      // What answers later is refused, and nobody waits for it: were its failure left alone, it would end the process.
      const later = (async () => await Promise.reject(new Error('no'))) as unknown as () => undefined;
      assert.equal(await codeOf(store.update('urn:uuid:1', later)), 'caller.option-invalid');
      assert.deepEqual(keyOctets(await store.get('urn:uuid:1')), octets(7));
    },
  },
  {
    name: 'cancel leaves a tombstone without keys that nothing revives',
    async check(open) {
      const store = await open();
      await store.put(named('urn:uuid:1'));
      assert.equal(await store.cancel('urn:uuid:1', SAMPLE_TIME_MS + 5), true);
      assert.equal(await store.cancel('urn:uuid:1', SAMPLE_TIME_MS + 6), false);
      assert.equal(await store.cancel('urn:uuid:2', SAMPLE_TIME_MS), false);
      const tombstone = await store.get('urn:uuid:1');
      assert.deepEqual(tombstone?.keys, []);
      assert.equal(tombstone?.cancelledAtMs, SAMPLE_TIME_MS + 5);
      assert.equal(tombstone?.principal, 'alice');
      assert.equal(await store.insert(named('urn:uuid:1')), false);
      assert.equal(await codeOf(store.put(named('urn:uuid:1'))), 'caller.context-unusable');
      const revival = store.update('urn:uuid:1', (current) => ({ ...current, cancelledAtMs: undefined }));
      assert.equal(await revival, false);
    },
  },
  {
    name: 'a cancel and an update at once end cancelled',
    async check(open) {
      const store = await open();
      for (let round = 0; round < 5; round++) {
        const identifier = `urn:uuid:${round}`;
        await store.put(named(identifier));
        const renew = () => store.update(identifier, (now) => ({ ...now, keys: [...now.keys, sampleKey(3, 'i')] }));
        await Promise.all([renew(), store.cancel(identifier, SAMPLE_TIME_MS), renew()]);
        const { keys, cancelledAtMs } = (await store.get(identifier)) ?? {};
        assert.deepEqual({ keys, cancelledAtMs }, { keys: [], cancelledAtMs: SAMPLE_TIME_MS });
      }
    },
  },
  {
    name: 'keeps the keys of cancelled contexts only when told to',
    async check(open) {
      const store = await open({ cancelledKeys: 'retain' });
      await store.put(named('urn:uuid:1'));
      await store.cancel('urn:uuid:1', SAMPLE_TIME_MS + 5);
      assert.deepEqual(keyOctets(await store.get('urn:uuid:1')), octets(7));
    },
  },
  {
    name: 'prunes what expired longer ago than the grace, tombstones too',
    async check(open) {
      const store = await open({ graceMs: 1000 });
      const expiresAtMs = SAMPLE_TIME_MS + 10_000;
      await store.put(named('urn:uuid:1', { expiresAtMs }));
      await store.put(named('urn:uuid:2', { expiresAtMs }));
      await store.put(named('urn:uuid:3', { expiresAtMs: expiresAtMs + 1 }));
      await store.cancel('urn:uuid:2', SAMPLE_TIME_MS);
      assert.equal(await store.prune(expiresAtMs + 1000), 0);
      assert.equal(await store.prune(expiresAtMs + 1001), 2);
      assert.deepEqual(await listed(store), new Set(['urn:uuid:3']));
    },
  },
  {
    name: 'keeps a tombstone for its own time only, unless the keys are kept',
    async check(open) {
      for (const cancelledKeys of ['wipe', 'retain'] as const) {
        const store = await open({ tombstoneMs: 5000, graceMs: 1000, cancelledKeys });
        await store.put(named('urn:uuid:1', { expiresAtMs: SAMPLE_TIME_MS + 100_000 }));
        await store.cancel('urn:uuid:1', SAMPLE_TIME_MS);
        assert.equal(await store.prune(SAMPLE_TIME_MS + 5000), 0);
        assert.equal(await store.prune(SAMPLE_TIME_MS + 5001), cancelledKeys === 'wipe' ? 1 : 0);
        assert.equal(await store.prune(SAMPLE_TIME_MS + 101_001), cancelledKeys === 'wipe' ? 0 : 1);
      }
    },
  },
  {
    name: 'forgets at once what is over, and nothing that is live',
    async check(open) {
      const store = await open();
      if (store.forget === undefined) return;
      for (const name of ['1', '2', '3'])
        await store.put(named(`urn:uuid:${name}`, { expiresAtMs: SAMPLE_TIME_MS + 10 }));
      await store.cancel('urn:uuid:1', SAMPLE_TIME_MS);
      assert.equal(await store.forget('urn:uuid:1', SAMPLE_TIME_MS), true);
      assert.equal(await store.forget('urn:uuid:2', SAMPLE_TIME_MS + 9), false);
      assert.equal(await store.forget('urn:uuid:3', SAMPLE_TIME_MS + 10), true);
      assert.equal(await store.forget('urn:uuid:3', SAMPLE_TIME_MS + 10), false);
      assert.equal(await store.forget('', SAMPLE_TIME_MS), false);
      assert.deepEqual(await listed(store), new Set(['urn:uuid:2']));
    },
  },
  {
    name: 'says what changed since, and that it cannot tell after too long',
    async check(open) {
      const store = await open();
      if (store.changes === undefined) return;
      const { position: start } = await store.changes();
      for (const name of ['1', '2', '3']) await store.insert(named(`urn:uuid:${name}`));
      // New ones are in nobody's cache.
      assert.deepEqual(await store.changes(start), { position: start, identifiers: [] });
      await store.cancel('urn:uuid:1', SAMPLE_TIME_MS);
      await store.put(named('urn:uuid:2'));
      await store.update('urn:uuid:3', (current) => ({ ...current, expiresAtMs: SAMPLE_TIME_MS + 1 }));
      const { position, identifiers } = await store.changes(start);
      assert.deepEqual(identifiers, ['urn:uuid:1', 'urn:uuid:2', 'urn:uuid:3']);
      assert.deepEqual(await store.changes(position), { position, identifiers: [] });
      assert.equal(await store.prune(SAMPLE_TIME_MS + 100 * 3_600_000), 3);
      assert.equal((await store.changes(position)).identifiers?.length, 3);
      assert.equal((await store.changes(position + 10_000_000)).identifiers, undefined);
    },
  },
  {
    name: 'takes every identifier that is text of 1 to 1024 octets, as what it is, and no other',
    async check(open) {
      const store = await open();
      const texts = [
        'urn:x',
        '\uFEFFurn:x',
        '__proto__',
        '\0',
        ' ',
        'ü'.repeat(512),
        '\uFEFF'.repeat(341),
        'é',
        'e\u0301',
      ];
      for (const identifier of texts) assert.equal(await store.insert(named(identifier)), true);
      for (const identifier of texts) assert.equal((await store.get(identifier))?.identifier, identifier);
      assert.deepEqual(await listed(store), new Set(texts));
      for (const identifier of ['', 'x'.repeat(1025), '\uFEFF'.repeat(342), '\uD800', 'a\uDC00']) {
        assert.equal(await codeOf(store.insert(named(identifier))), 'caller.input-invalid');
        assert.equal(await codeOf(store.put(named(identifier))), 'caller.input-invalid');
        assert.equal(await store.get(identifier), undefined);
        assert.equal(await store.cancel(identifier, SAMPLE_TIME_MS), false);
        assert.equal(await store.update(identifier, (current) => current), false);
      }
    },
  },
  {
    name: 'says so after close',
    async check(open) {
      const store = await open();
      await store.close();
      assert.equal(await codeOf(store.get('urn:uuid:1')), 'caller.closed');
      assert.equal(await codeOf(store.put(named('urn:uuid:1'))), 'caller.closed');
    },
  },
];
