// What is listed, pruned and sealed anew comes a page at a time, however much there is, and whatever changes meanwhile.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KeyEncryptionKey, openLmdbContextStore } from '@parley/stores';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { IDENTIFIER_BYTES_MAX } from '../../packages/conversation/src/store/context-store.ts';
import { LmdbDatabase } from '../../packages/stores/src/lmdb-database.ts';
import { START_MS, sampleContext } from '../conversation/sample-context.ts';

const [START, END] = [Uint8Array.of(1), Uint8Array.of(2)];
const PAGE = 256;
let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'parley-pages-'));
});
afterEach(() => rm(directory, { recursive: true }));

/** Keys in their order, of which each is the beginning of the next. */
const keyAt = (index: number): Uint8Array =>
  Uint8Array.of(1, index >> 8, index & 0xff, ...new Uint8Array((index * 7) % 5).fill(index % 2 === 0 ? 0 : 0xff));

async function filled(count: number): Promise<LmdbDatabase> {
  const database = await LmdbDatabase.open(directory, false, false);
  await database.write('fill', (writing) => {
    writing.put(Uint8Array.of(0), Uint8Array.of(1));
    writing.put(END, Uint8Array.of(1));
    for (let index = 0; index < count; index++) writing.put(keyAt(index), Uint8Array.of(1));
  });
  return database;
}

describe('pages of keys', () => {
  test.each([0, 1, PAGE - 1, PAGE, PAGE + 1, 2 * PAGE, 1000])(
    'of %i, each once, in order, and none beyond',
    async (count) => {
      const database = await filled(count);
      const pages: (readonly Uint8Array[])[] = [];
      for await (const page of database.keyPages(START, END)) pages.push(page);
      expect(pages.map(({ length }) => length).every((length) => length > 0 && length <= PAGE)).toBe(true);
      expect(pages.flat()).toEqual(Array.from({ length: count }, (_, index) => keyAt(index)));
      await database.close();
    },
  );

  test('what comes and goes between two of them keeps no other from being listed once', async () => {
    const database = await filled(1000);
    const listed: Uint8Array[] = [];
    for await (const page of database.keyPages(START, END)) {
      listed.push(...page);
      const last = page.at(-1) as Uint8Array;
      await database.write('change', (writing) => {
        // All of this page, and one on each side of its end.
        for (const key of page) writing.remove(key);
        writing.put(Uint8Array.of(...last, 0, 1), Uint8Array.of(1));
        writing.put(Uint8Array.of(1, 0, 0, 0), Uint8Array.of(1));
      });
    }
    const names = new Set(listed.map((key) => Buffer.from(key).toString('hex')));
    expect(names.size).toBe(listed.length);
    for (let index = 0; index < 1000; index++) expect(names).toContain(Buffer.from(keyAt(index)).toString('hex'));
    await database.close();
  });
});

test('a store of many pages is listed, sealed anew, cleared and pruned whole, and its longest names, too', async () => {
  const old = new KeyEncryptionKey(new Uint8Array(32).fill(1));
  const key = new KeyEncryptionKey(new Uint8Array(32).fill(2));
  const nowMs = (): number => START_MS;
  const before = await openLmdbContextStore({ directory, keyEncryptionKey: old, nowMs });
  const count = 2 * PAGE;
  // The last of a page is as long as a name may be.
  const nameOf = (index: number): string =>
    `urn:${String(index).padStart(4, '0')}`.padEnd(index % PAGE === PAGE - 1 ? IDENTIFIER_BYTES_MAX : 8, 'x');
  const names = Array.from({ length: count }, (_, index) => nameOf(index));
  await Promise.all(names.map((name) => before.insert(sampleContext(name))));
  await before.records?.transact('a', (records) => {
    for (let index = 0; index < 2 * PAGE + 1; index++) records.put(`${index}`, { index }, START_MS);
  });
  await before.close();
  const store = await openLmdbContextStore({ directory, keyEncryptionKey: key, olderKeyEncryptionKeys: [old], nowMs });
  const listed: string[] = [];
  for await (const name of store.list()) listed.push(name);
  expect(listed).toHaveLength(count);
  expect(new Set(listed)).toEqual(new Set(names));
  expect(await store.reseal()).toMatchObject({ left: 0 });
  await store.records?.clear('a');
  expect(await store.records?.transact('a', (records) => records.get('500'))).toBeUndefined();
  expect(await store.prune(START_MS + 100 * 3_600_000)).toBe(count);
  await store.close();
});
