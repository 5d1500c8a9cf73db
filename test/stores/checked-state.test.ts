// A large file is not read from end to end whenever it is opened: not at all if nobody wrote it since, else what came since, and the rest later.
import { mkdtemp, open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readCheckedState } from '../../packages/stores/src/checked-state.ts';
import { checkDatabaseFile } from '../../packages/stores/src/database-file.ts';
import type { FileState } from '../../packages/stores/src/file-state.ts';
import { LmdbDatabase } from '../../packages/stores/src/lmdb-database.ts';
import { codeOf } from '../conversation/sample-context.ts';

const PAGE_BYTES = 4096;
const KEYS = 6000;
const MIDDLE = KEYS / 2;
const FLAGS_AT = 18;
const LOWER_AT = 20;
const LEAF = 2;
const HEADER_BYTES = 24;
const NODE_BYTES = 8;

let directory: string;
let file: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'parley-checked-'));
  file = join(directory, 'data.mdb');
});
afterEach(() => rm(directory, { recursive: true }));

const keyNamed = (key: number): Uint8Array => new TextEncoder().encode(`key-${String(key).padStart(5, '0')}.`);

/** So large that each value has a page of its own. */
async function filled(keys = KEYS): Promise<void> {
  const database = await LmdbDatabase.open(directory, false, false);
  await database.write('fill', (writing) => {
    for (let key = 0; key < keys; key++) writing.put(keyNamed(key), new Uint8Array(3000));
  });
  await database.close();
}

async function changed(key: number): Promise<void> {
  const database = await LmdbDatabase.open(directory, false, true);
  await database.write('change', (writing) => writing.put(keyNamed(key), new Uint8Array(2999)));
  await database.close();
}

/** The page with the value of `key`, as a leaf says it. */
function valuePages(page: Buffer, key: Uint8Array): readonly number[] {
  const nodes = page.readUInt16LE(LOWER_AT) / 2;
  return Array.from({ length: nodes }, (_, node) => page.readUInt16LE(HEADER_BYTES + 2 * node)).flatMap((node) => {
    const at = HEADER_BYTES + node + NODE_BYTES;
    const isOfKey = page.subarray(at, at + key.length).equals(key);
    return isOfKey ? [Number(page.readBigUInt64LE(at + key.length))] : [];
  });
}

/** Makes noise of the value that the key has, and of those that it had. */
async function damage(key: number): Promise<void> {
  const octets = await readFile(file);
  const handle = await open(file, 'r+');
  for (let page = 2; page * PAGE_BYTES < octets.length; page++) {
    const there = octets.subarray(page * PAGE_BYTES, (page + 1) * PAGE_BYTES);
    if (there[FLAGS_AT] !== LEAF) continue;
    for (const value of valuePages(there, keyNamed(key)))
      await handle.write(Uint8Array.of(0x77), 0, 1, value * PAGE_BYTES + FLAGS_AT);
  }
  await handle.close();
}

async function known(): Promise<FileState> {
  const state = await readCheckedState(directory);
  if (state === undefined) throw new Error('nothing is known');
  return state;
}

test('one that nobody has written since is not read; one that somebody wrote without a commit is, as a whole', async () => {
  await filled();
  const state = await known();
  expect(await checkDatabaseFile(file, { known: state })).toBe(true);
  await damage(MIDDLE);
  expect(await codeOf(checkDatabaseFile(file, { known: state }))).toBe('internal.store-corrupt');
  expect(await codeOf(LmdbDatabase.open(directory, false, true))).toBe('internal.store-corrupt');
  // Had it been so when it was closed, nobody would look: that is how little is read.
  const { ctimeNs } = await stat(file, { bigint: true });
  expect(await checkDatabaseFile(file, { known: { ...state, ctimeNs } })).toBe(true);
  for (const other of [{ ino: state.ino + 1n }, { dev: state.dev + 1n }, { size: state.size + 1n }])
    expect(await codeOf(checkDatabaseFile(file, { known: { ...state, ctimeNs, ...other } }))).toBe(
      'internal.store-corrupt',
    );
});

test('of one that was written since, what came since is read before it is opened, and the rest while it is open', async () => {
  await filled();
  const before = await readFile(join(directory, 'parley-checked'));
  const state = await known();
  await changed(0);
  expect((await known()).transaction).toBeGreaterThan(state.transaction);
  // As if it had been killed.
  await writeFile(join(directory, 'parley-checked'), before);
  expect(await checkDatabaseFile(file, { known: state })).toBe(false);
  expect(await checkDatabaseFile(file)).toBe(true);
  await damage(MIDDLE);
  expect(await checkDatabaseFile(file, { known: state })).toBe(false);
  const database = await LmdbDatabase.open(directory, false, true);
  await expect
    .poll(async () => await codeOf(database.get(keyNamed(1))), { timeout: 30_000 })
    .toBe('internal.store-corrupt');
  expect(await codeOf(database.write('change', () => 1))).toBe('internal.store-corrupt');
  await database.close();
  // Nor is it said to be whole.
  expect(await readFile(join(directory, 'parley-checked'))).toEqual(before);
  await damage(0);
  expect(await codeOf(LmdbDatabase.open(directory, false, true))).toBe('internal.store-corrupt');
});

test('what was passed over, for all was read a moment ago, is not said to be whole when a commit has hidden it', async () => {
  await filled();
  const database = await LmdbDatabase.open(directory, false, true);
  // Written without a commit, and nothing is wrong: all is read, and not again for a while.
  await writeFile(file, (await readFile(file)).subarray(0, 1), { flag: 'r+' });
  expect((await database.get(keyNamed(0)))?.length).toBe(3000);
  await damage(MIDDLE);
  await database.write('change', (writing) => writing.put(keyNamed(0), new Uint8Array(2999)));
  await database.close();
  expect(await readCheckedState(directory)).toBeUndefined();
  expect(await codeOf(LmdbDatabase.open(directory, false, true))).toBe('internal.store-corrupt');
});

test('what is kept beside it is as good as nothing where it is not understood, and is not kept of small files', async () => {
  await filled();
  await damage(MIDDLE);
  for (const text of ['', 'x', '1 2 3', '1 2 3 4 x', '1 2 3 4 5 6', '-1 -1 -1 -1 -1']) {
    await writeFile(join(directory, 'parley-checked'), text, { mode: 0o600 });
    expect(await codeOf(LmdbDatabase.open(directory, false, true))).toBe('internal.store-corrupt');
  }
  await rm(directory, { recursive: true });
  directory = await mkdtemp(join(tmpdir(), 'parley-checked-'));
  await filled(100);
  expect(await readCheckedState(directory)).toBeUndefined();
});

test('a process that is closed while it looks on ends at once, and looks again the next time', async () => {
  await filled();
  const before = await readFile(join(directory, 'parley-checked'));
  await changed(0);
  await writeFile(join(directory, 'parley-checked'), before);
  const database = await LmdbDatabase.open(directory, false, true);
  await database.close();
  expect(await readFile(join(directory, 'parley-checked'))).toEqual(before);
  const again = await LmdbDatabase.open(directory, false, true);
  expect((await again.get(keyNamed(0)))?.length).toBe(2999);
  await again.close();
});
