import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ContextStore, ContextStoreOptions } from '@parley/conversation';
import { MemoryContextStore } from '@parley/conversation';
import { KeyEncryptionKey, openLmdbContextStore } from '@parley/stores';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { codeOf, keyOctets, START_MS, sampleContext, sampleKey } from '../conversation/sample-context.ts';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function lmdbStore(options: ContextStoreOptions = {}): Promise<ContextStore> {
  const directory = await mkdtemp(join(tmpdir(), 'parley-store-'));
  const store = await openLmdbContextStore({
    ...options,
    directory,
    keyEncryptionKey: new KeyEncryptionKey(new Uint8Array(32).fill(9)),
  });
  cleanups.push(async () => {
    await store.close();
    await rm(directory, { recursive: true });
  });
  return store;
}

const STORES = {
  memory: async (options?: ContextStoreOptions): Promise<ContextStore> => new MemoryContextStore(options),
  lmdb: lmdbStore,
};

/** What every store must do. */
describe.each(Object.keys(STORES) as (keyof typeof STORES)[])('%s store', (kind) => {
  const make = STORES[kind];

  test('gives back what was put, field by field', async () => {
    const store = await make();
    const context = sampleContext('urn:uuid:1', {
      keys: [sampleKey(1), sampleKey(2, 'urn:uuid:i2')],
      version: undefined,
      principal: undefined,
      renewable: 'after-expiry',
    });
    await store.put(context);
    const found = await store.get('urn:uuid:1');
    expect({ ...found, keys: found?.keys.map((key) => ({ ...key, secret: 0 })) }).toEqual({
      ...context,
      keys: context.keys.map((key) => ({ ...key, secret: 0 })),
    });
    expect(keyOctets(found, 0)).toEqual(new Uint8Array(32).fill(1));
    expect(keyOctets(found, 1)).toEqual(new Uint8Array(32).fill(2));
    expect(await store.get('urn:uuid:2')).toBeUndefined();
  });

  test('hands out secrets of the caller own', async () => {
    const store = await make();
    await store.put(sampleContext('urn:uuid:1'));
    (await store.get('urn:uuid:1'))?.keys[0]?.secret.wipe();
    expect(keyOctets(await store.get('urn:uuid:1'))).toEqual(new Uint8Array(32).fill(7));
  });

  test('inserts once, however many try at once', async () => {
    const store = await make();
    const tries = Array.from({ length: 32 }, (_, index) =>
      store.insert(sampleContext('urn:uuid:1', { keys: [sampleKey(index + 1)] })),
    );
    expect((await Promise.all(tries)).filter(Boolean)).toHaveLength(1);
  });

  test('updates at once add up', async () => {
    const store = await make();
    await store.put(sampleContext('urn:uuid:1'));
    const updates = Array.from({ length: 16 }, (_, index) =>
      store.update('urn:uuid:1', (current) => ({
        ...current,
        keys: [...current.keys, sampleKey(index + 20, `i${index}`)],
      })),
    );
    expect((await Promise.all(updates)).every(Boolean)).toBe(true);
    expect((await store.get('urn:uuid:1'))?.keys).toHaveLength(17);
  });

  test('an update that throws, declines or finds nothing writes nothing', async () => {
    const store = await make();
    await store.put(sampleContext('urn:uuid:1'));
    const thrown = store.update('urn:uuid:1', () => {
      throw Object.assign(new Error('no'), { code: 'mine' });
    });
    expect(await codeOf(thrown)).toBe('mine');
    expect(await store.update('urn:uuid:1', () => undefined)).toBe(false);
    expect(await store.update('urn:uuid:2', (current) => current)).toBe(false);
    expect(await codeOf(store.update('urn:uuid:1', () => sampleContext('urn:uuid:2')))).toBe('caller.input-invalid');
    expect(keyOctets(await store.get('urn:uuid:1'))).toEqual(new Uint8Array(32).fill(7));
  });

  test('cancel leaves a tombstone without keys that nothing revives', async () => {
    const store = await make();
    await store.put(sampleContext('urn:uuid:1'));
    expect(await store.cancel('urn:uuid:1', START_MS + 5)).toBe(true);
    expect(await store.cancel('urn:uuid:1', START_MS + 6)).toBe(false);
    expect(await store.cancel('urn:uuid:2', START_MS)).toBe(false);
    const tombstone = await store.get('urn:uuid:1');
    expect(tombstone).toMatchObject({ keys: [], cancelledAtMs: START_MS + 5, principal: 'alice' });
    expect(await store.insert(sampleContext('urn:uuid:1'))).toBe(false);
    expect(await codeOf(store.put(sampleContext('urn:uuid:1')))).toBe('caller.context-unusable');
    expect(await store.update('urn:uuid:1', (current) => ({ ...current, cancelledAtMs: undefined }))).toBe(false);
  });

  test('a cancel and an update at once end cancelled', async () => {
    const store = await make();
    for (let round = 0; round < 5; round++) {
      const identifier = `urn:uuid:${round}`;
      await store.put(sampleContext(identifier));
      const renew = () => store.update(identifier, (now) => ({ ...now, keys: [...now.keys, sampleKey(3, 'i')] }));
      await Promise.all([renew(), store.cancel(identifier, START_MS), renew()]);
      expect(await store.get(identifier)).toMatchObject({ keys: [], cancelledAtMs: START_MS });
    }
  });

  test('keeps the keys of cancelled contexts only when told to', async () => {
    const store = await make({ cancelledKeys: 'retain' });
    await store.put(sampleContext('urn:uuid:1'));
    await store.cancel('urn:uuid:1', START_MS + 5);
    expect(keyOctets(await store.get('urn:uuid:1'))).toEqual(new Uint8Array(32).fill(7));
  });

  test('prunes what expired longer ago than the grace, tombstones too', async () => {
    const store = await make({ graceMs: 1000 });
    const expiresAtMs = START_MS + 10_000;
    await store.put(sampleContext('urn:uuid:1', { expiresAtMs }));
    await store.put(sampleContext('urn:uuid:2', { expiresAtMs }));
    await store.put(sampleContext('urn:uuid:3', { expiresAtMs: expiresAtMs + 1 }));
    await store.cancel('urn:uuid:2', START_MS);
    expect(await store.prune(expiresAtMs + 1000)).toBe(0);
    expect(await store.prune(expiresAtMs + 1001)).toBe(2);
    const left: string[] = [];
    for await (const identifier of store.list()) left.push(identifier);
    expect(left).toEqual(['urn:uuid:3']);
  });

  test('keeps a tombstone for its own time only, unless the keys are kept', async () => {
    for (const cancelledKeys of ['wipe', 'retain'] as const) {
      const store = await make({ tombstoneMs: 5000, graceMs: 1000, cancelledKeys });
      await store.put(sampleContext('urn:uuid:1', { expiresAtMs: START_MS + 100_000 }));
      await store.cancel('urn:uuid:1', START_MS);
      expect(await store.prune(START_MS + 5000)).toBe(0);
      expect(await store.prune(START_MS + 5001)).toBe(cancelledKeys === 'wipe' ? 1 : 0);
      expect(await store.prune(START_MS + 101_001)).toBe(cancelledKeys === 'wipe' ? 0 : 1);
    }
  });

  test('forgets at once what is over, and nothing that is live', async () => {
    const store = await make();
    for (const name of ['1', '2', '3'])
      await store.put(sampleContext(`urn:uuid:${name}`, { expiresAtMs: START_MS + 10 }));
    await store.cancel('urn:uuid:1', START_MS);
    expect(await store.forget!('urn:uuid:1', START_MS)).toBe(true);
    expect(await store.forget!('urn:uuid:2', START_MS + 9)).toBe(false);
    expect(await store.forget!('urn:uuid:3', START_MS + 10)).toBe(true);
    expect(await store.forget!('urn:uuid:3', START_MS + 10)).toBe(false);
    expect(await store.forget!('', START_MS)).toBe(false);
    expect(await store.get('urn:uuid:1')).toBeUndefined();
    expect(await store.get('urn:uuid:2')).toBeDefined();
  });

  test('T54: says what changed since, and that it cannot tell after too long', async () => {
    const store = await make();
    const { position: start } = await store.changes!();
    for (const name of ['1', '2', '3']) await store.insert(sampleContext(`urn:uuid:${name}`));
    // New ones are in nobody's cache.
    expect(await store.changes!(start)).toEqual({ position: start, identifiers: [] });
    await store.cancel('urn:uuid:1', START_MS);
    await store.put(sampleContext('urn:uuid:2'));
    await store.update('urn:uuid:3', (current) => ({ ...current, expiresAtMs: START_MS + 1 }));
    const { position, identifiers } = await store.changes!(start);
    expect(identifiers).toEqual(['urn:uuid:1', 'urn:uuid:2', 'urn:uuid:3']);
    expect(await store.changes!(position)).toEqual({ position, identifiers: [] });
    expect(await store.prune(START_MS + 100 * 3_600_000)).toBe(3);
    expect((await store.changes!(position)).identifiers).toHaveLength(3);
    await store.insert(sampleContext('urn:uuid:4'));
    const puts = Array.from({ length: 300 }, () => store.put(sampleContext('urn:uuid:4')));
    await Promise.all(puts);
    expect((await store.changes!(position)).identifiers).toBeUndefined();
    expect((await store.changes!(position + 10_000)).identifiers).toBeUndefined();
  });

  test('T75: takes every identifier that is text, as what it is, and no other', { timeout: 60_000 }, async () => {
    const store = await make();
    const odd = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.string({
        unit: fc.constantFrom('\uFEFF', '\0', '\uD800', '\uDC00', '\u{1F600}', 'a', ' ', '\u200E', '\u0301'),
        maxLength: 6,
      }),
      fc.constantFrom(
        '',
        'x'.repeat(100_000),
        '\uFEFF'.repeat(341),
        '\uFEFF'.repeat(342),
        '__proto__',
        '\uFEFFurn:x',
        'urn:x',
      ),
    );
    const isText = (name: string): boolean =>
      name !== '' &&
      new TextDecoder('utf-8', { ignoreBOM: true }).decode(Buffer.from(name)) === name &&
      Buffer.byteLength(name) <= 1024;
    const kept = new Set<string>();
    const property = fc.asyncProperty(odd, async (name) => {
      if (isText(name)) {
        expect(await store.insert(sampleContext(name))).toBe(!kept.has(name));
        kept.add(name);
        expect((await store.get(name))?.identifier).toBe(name);
      } else {
        expect(await codeOf(store.insert(sampleContext(name)))).toBe('caller.input-invalid');
        expect(await codeOf(store.put(sampleContext(name)))).toBe('caller.input-invalid');
        expect(await store.get(name)).toBeUndefined();
        expect(await store.cancel(name, START_MS)).toBe(false);
        expect(await store.update(name, (current) => current)).toBe(false);
      }
    });
    await fc.assert(property, { numRuns: 200 });
    const listed: string[] = [];
    for await (const name of store.list()) listed.push(name);
    expect(listed).toHaveLength(kept.size);
    expect(new Set(listed)).toEqual(kept);
    expect(await store.prune(START_MS + 100 * 3_600_000)).toBe(kept.size);
  });

  test('refuses identifiers that are empty or too long, and takes the longest', async () => {
    const store = await make();
    expect(await codeOf(store.put(sampleContext('')))).toBe('caller.input-invalid');
    expect(await codeOf(store.insert(sampleContext('x'.repeat(1025))))).toBe('caller.input-invalid');
    await store.put(sampleContext('ü'.repeat(512)));
    expect(await store.get('ü'.repeat(512))).toBeDefined();
  });

  test('says so after close', async () => {
    const store = await make();
    await store.close();
    expect(await codeOf(store.get('urn:uuid:1'))).toBe('caller.closed');
    expect(await codeOf(store.put(sampleContext('urn:uuid:1')))).toBe('caller.closed');
  });
});
