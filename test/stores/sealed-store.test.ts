// What every store that seals must do, done by a folder; and what is known of it by who opens it anew.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SealedContextStore } from '@parley/conversation';
import {
  KeyEncryptionKey,
  type LmdbWitness,
  openLmdbContextStore,
  openLmdbReplayCache,
  openLmdbWitness,
} from '@parley/stores';
import { SAMPLE_TIME_MS, SEALED_STORE_LAWS, type SealedPlaceOfStore, sampleContext } from '@parley/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { codeOf } from '../conversation/sample-context.ts';

const COPIER = fileURLToPath(new URL('./store-copier.mjs', import.meta.url));
const KEY = new KeyEncryptionKey(new Uint8Array(32).fill(9));
const ID = 'urn:uuid:1';
const nowMs = (): number => SAMPLE_TIME_MS;

let folder: string;
const cleanups: (() => Promise<void>)[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-sealed-'));
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
  await rm(folder, { recursive: true });
});

function copier(command: 'take' | 'put-back' | 'restore'): void {
  const run = [COPIER, join(folder, 'contexts'), command, join(folder, 'copy')];
  const { status, stderr } = spawnSync(process.execPath, run, { encoding: 'utf8' });
  expect(status, stderr).toBe(0);
}

const open: SealedPlaceOfStore['open'] = async ([keyEncryptionKey, ...olderKeyEncryptionKeys], witness) => {
  const directory = join(folder, 'contexts');
  const keys = { keyEncryptionKey, olderKeyEncryptionKeys };
  const store = await openLmdbContextStore({ directory, ...keys, witness, nowMs });
  cleanups.push(() => store.close());
  return store;
};

const sealed = async (): Promise<SealedPlaceOfStore> => ({
  open,
  async copy() {
    copier('take');
    return async () => copier('put-back');
  },
});

test.each(SEALED_STORE_LAWS)('T110: $name', async ({ check }) => await check(sealed));

async function witnessed(): Promise<{ readonly witness: LmdbWitness; readonly store: SealedContextStore }> {
  const witness = await openLmdbWitness({ directory: join(folder, 'witness'), nowMs });
  return { witness, store: await open([KEY], witness) };
}

test('T110: a witness in a folder of its own knows it after all processes ended', async () => {
  const before = await witnessed();
  await before.store.insert(sampleContext({ identifier: ID }));
  await before.store.insert(sampleContext({ identifier: 'urn:uuid:2' }));
  copier('take');
  await before.store.cancel(ID, SAMPLE_TIME_MS);
  await Promise.all([before.store.close(), before.witness.close()]);
  copier('restore');
  // Nobody knows it without: all of the store is as it was.
  const without = await open([KEY]);
  expect((await without.get(ID))?.cancelledAtMs).toBeUndefined();
  await without.close();
  const after = await witnessed();
  expect(await codeOf(after.store.get(ID))).toBe('internal.store-corrupt');
  expect((await after.store.get('urn:uuid:2'))?.identifier).toBe('urn:uuid:2');
  await after.witness.close();
  const later = await openLmdbWitness({
    directory: join(folder, 'witness'),
    keepMs: 1000,
    nowMs: () => SAMPLE_TIME_MS + 2000,
  });
  expect((await (await open([KEY], later)).get(ID))?.cancelledAtMs).toBeUndefined();
  await later.close();
});

test('T110: one record of a folder put back alone is known to who opens it anew, by the changes beside it', async () => {
  const store = await open([KEY]);
  await store.insert(sampleContext({ identifier: ID }));
  copier('take');
  await store.cancel(ID, SAMPLE_TIME_MS);
  await store.close();
  const key = `01${Buffer.from(ID).toString('hex')}`;
  const entries = JSON.parse(readFileSync(join(folder, 'copy'), 'utf8')) as [key: string, value: string][];
  writeFileSync(join(folder, 'copy'), JSON.stringify(entries.filter(([name]) => name === key)));
  copier('put-back');
  expect(await codeOf((await open([KEY])).get(ID))).toBe('internal.store-corrupt');
});

test('a folder of something else is no witness, and stays as it is', async () => {
  const { witness, store } = await witnessed();
  await store.insert(sampleContext({ identifier: ID }));
  await Promise.all([store.close(), witness.close()]);
  expect(await codeOf(openLmdbWitness({ directory: join(folder, 'contexts') }))).toBe('internal.store-corrupt');
  expect(await codeOf(openLmdbReplayCache({ directory: join(folder, 'witness') }))).toBe('internal.store-corrupt');
  const again = await witnessed();
  expect((await again.store.get(ID))?.identifier).toBe(ID);
  await again.witness.close();
});

test('a witness forgets what was written too long ago, while it is open, too', async () => {
  let atMs = SAMPLE_TIME_MS;
  const options = { directory: join(folder, 'witness'), nowMs: () => atMs };
  const stamp = (): number => atMs * 1024;
  const witness = await openLmdbWitness({ ...options, keepMs: 1000 });
  for (const place of ['a', 'b', 'c', 'a']) {
    await witness.wrote(place, stamp());
    atMs += 400;
  }
  await witness.wrote('d', stamp());
  await witness.close();
  const later = await openLmdbWitness(options);
  expect(['a', 'b', 'c', 'd'].map((place) => later.newest(place) > 0)).toEqual([true, false, true, true]);
  await later.close();
});
