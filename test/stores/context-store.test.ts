import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ContextStore, ContextStoreOptions } from '@parley/conversation';
import { MemoryContextStore } from '@parley/conversation';
import { KeyEncryptionKey, openLmdbContextStore } from '@parley/stores';
import { CONTEXT_STORE_LAWS } from '@parley/testing';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { codeOf, START_MS, sampleContext } from '../conversation/sample-context.ts';

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

describe.each(Object.keys(STORES) as (keyof typeof STORES)[])('%s store', (kind) => {
  const make = STORES[kind];

  test.each(CONTEXT_STORE_LAWS)('$name', ({ check }) => check(make));

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
});
