/** What the store of an archive is asked for, counted: with more shards it may grow as they do, and no faster. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileSegments, folderObjects, type ObjectStore, verifyArchive } from '@parley/archive';
import { contextSource } from '@parley/core';
import { afterAll, expect, test } from 'vitest';
import { writeArchive } from './archive-fixture.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'parley-archive-calls-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Asked {
  readonly calls: number;
  readonly octets: number;
}

/** A store that counts what is read of it, by the folder of the object; a list is a call. */
function counted(store: ObjectStore): { readonly store: ObjectStore; readonly asked: Record<string, Asked> } {
  const asked: Record<string, Asked> = {};
  const count = (name: string, octets: number): void => {
    const [of = ''] = name.split('/');
    const { calls, octets: before } = asked[of] ?? { calls: 0, octets: 0 };
    asked[of] = { calls: calls + 1, octets: before + octets };
  };
  return {
    asked,
    store: {
      location: store.location,
      get: async (name, range) => {
        const octets = await store.get(name, range);
        count(name, octets?.length ?? 0);
        return octets;
      },
      stream: (name) => store.stream(name),
      put: (...given) => store.put(...given),
      putIfAbsent: (...given) => store.putIfAbsent(...given),
      list: (prefix) => {
        count('lists', 0);
        return store.list(prefix);
      },
    },
  };
}

const SEGMENTS = 6;
const archive = writeArchive(path.join(folder, 'archive'), { segments: SEGMENTS, messagesEach: 60, contexts: 40 });

async function askedWith(shards: number): Promise<Record<string, Asked>> {
  const { store, asked } = counted(folderObjects(path.join(folder, `of-${shards}`)));
  await verifyArchive({
    source: fileSegments([archive.folder]),
    store,
    contexts: contextSource(archive.contexts),
    judging: { profile: 'strict', at: 'message', allowReplays: false },
    shards,
    workers: 0,
  });
  return asked;
}

test('of each segment it is asked once what became of it, of each shard of a segment twice what it has there, and what is read grows as the shards do', async () => {
  const [few, many] = [8, 128];
  const octets: number[] = [];
  for (const shards of [few, many]) {
    const { done, index, lists } = await askedWith(shards);
    // Each segment once for the second pass and once for the sum, and each shard once for that.
    expect(done?.calls).toBe(2 * SEGMENTS + shards);
    expect(lists?.calls).toBe(2);
    expect(index?.calls).toBeLessThanOrEqual(2 * SEGMENTS * shards);
    octets.push((done?.octets ?? 0) + (index?.octets ?? 0));
  }
  const [ofFew = 0, ofMany = 0] = octets;
  expect(ofMany).toBeLessThan((many / few) * ofFew);
});
