import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KeyEncryptionKey, openLmdbContextStore } from '@parley/stores';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CommitsUnderWay } from '../../packages/stores/src/commits-under-way.ts';
import { sampleContext } from '../conversation/sample-context.ts';

const keyEncryptionKey = new KeyEncryptionKey(new Uint8Array(32).fill(9));

let parent: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'parley-again-'));
});
afterEach(() => rm(parent, { recursive: true }));

// The process stood still for ever: the driver waited for the lock of a transaction that waited for it to return.
test.each([2, 3, 8])('a folder is opened %i times at once, under two names, while it is written to', async (count) => {
  const directory = join(parent, 'contexts');
  const first = await openLmdbContextStore({ directory, keyEncryptionKey });
  await symlink(parent, join(parent, 'link'));
  const writing = Array.from({ length: 20 }, (_, index) => first.put(sampleContext(`urn:before:${index}`)));
  const opened = Array.from({ length: count }, async (_, index) => {
    const named = index % 2 === 0 ? directory : join(parent, 'link', 'contexts');
    const store = await openLmdbContextStore({ directory: named, keyEncryptionKey });
    await store.put(sampleContext(`urn:of:${index}`));
    return store;
  });
  const [stores] = await Promise.all([Promise.all(opened), Promise.all(writing)]);
  for (const store of stores)
    for (let index = 0; index < count; index++) expect(await store.get(`urn:of:${index}`)).toBeDefined();
  for (const store of [first, ...stores]) await store.close();
});

test('a transaction that cannot begin is waited for by nobody', async () => {
  const commits = new CommitsUnderWay(parent);
  const fails = (): Promise<never> => {
    throw new Error('closed');
  };
  await expect(commits.during(fails)).rejects.toThrow('closed');
  await commits.ended();
  expect(await commits.during(async () => 1)).toBe(1);
});
