/** The index of a segment that one process began and another ended, with other keys. */
import { expect, test } from 'vitest';
import type { ObjectStore } from '../../packages/archive/src/objects/object-store.ts';
import { INDEX_COLUMNS, type IndexRow } from '../../packages/archive/src/tables/index-table.ts';
import { readGroup } from '../../packages/archive/src/tables/row-group.ts';
import { readSlice } from '../../packages/archive/src/tables/slice-table.ts';
import { RunWriter } from '../../packages/archive/src/units/run-writer.ts';

const SHARDS = 4;

/** Ends with an error at that put. */
function memoryStore(files: Map<string, Uint8Array>, diesAt: number): ObjectStore {
  let puts = 0;
  const store: Partial<ObjectStore> = {
    get: async (name, range) => files.get(name)?.slice(range?.start, range?.end),
    putIfAbsent: async (name, octets) => {
      puts += 1;
      if (puts === diesAt) throw new Error('died');
      if (files.has(name)) return false;
      files.set(name, octets);
      return true;
    },
  };
  return store as ObjectStore;
}

const rows = (code: string | undefined): readonly IndexRow[] =>
  Array.from({ length: 40 }, (_, index) => ({
    shard: index % SHARDS,
    context: `urn:c${index % SHARDS}`,
    line: index + 1,
    message_bytes: 9,
    seen: code === undefined ? String(index).padStart(24, '1') : undefined,
    result: JSON.stringify({ id: `x${index}`, ok: code === undefined, code: code ?? null }),
  }));

async function written(store: ObjectStore, of: readonly IndexRow[]) {
  const writer = new RunWriter(store, 0, SHARDS);
  for (const row of of) await writer.add(row);
  return await writer.end();
}

test.each([1, 2, 3])('one that ended at put %i leaves nothing that another takes for its own', async (diesAt) => {
  const files = new Map<string, Uint8Array>();
  await written(memoryStore(files, diesAt), rows(undefined)).catch(() => undefined);
  const store = memoryStore(files, Number.POSITIVE_INFINITY);
  // A context is not there any more.
  const again = rows('peer.bad-context');
  const [run] = await written(store, again);
  for (let shard = 0; shard < SHARDS; shard++) {
    const group = await readSlice(store, run!.slices, shard);
    expect(await readGroup(INDEX_COLUMNS, store, run!.index, group!)).toEqual(
      again.filter((row) => row.shard === shard).map((row) => expect.objectContaining({ result: row.result })),
    );
  }
});

test('one that does the same again makes nothing new', async () => {
  const files = new Map<string, Uint8Array>();
  const store = memoryStore(files, Number.POSITIVE_INFINITY);
  const first = await written(store, rows(undefined));
  const { size } = files;
  expect(await written(store, rows(undefined))).toEqual(first);
  expect(files.size).toBe(size);
});
