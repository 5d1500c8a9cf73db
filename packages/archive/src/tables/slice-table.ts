import { Fault } from '@parley/core';
import type { ObjectStore } from '../objects/object-store.ts';
import type { RowGroup } from './row-group.ts';

/** What of a run is for one shard. */
export interface ShardSlice {
  readonly shard: number;
  /** Of the index. */
  readonly group: RowGroup;
}

/** Slices of a run under a name, each at a place that follows from its shard: who wants one reads no other. */
export interface SliceTable {
  readonly name: string;
  readonly recordBytes: number;
}

const SPACE = ' ';

/** The octets of a table for so many shards, of records of one length. */
export function sliceTableOf(
  slices: readonly ShardSlice[],
  shards: number,
): { readonly octets: Uint8Array; readonly recordBytes: number } {
  const texts = Array<string>(shards).fill('');
  for (const { shard, group } of slices) texts[shard] = textOf(group);
  const recordBytes = Math.max(...texts.map((text) => text.length)) + 1;
  const octets = new TextEncoder().encode(texts.map((text) => `${text.padEnd(recordBytes - 1, SPACE)}\n`).join(''));
  return { octets, recordBytes };
}

/** What a shard has of a run; `undefined` if it has nothing. @throws Fault `caller.input-invalid` it is no such table */
export async function readSlice(
  store: ObjectStore,
  { name, recordBytes }: SliceTable,
  shard: number,
): Promise<RowGroup | undefined> {
  const start = shard * recordBytes;
  const octets = await store.get(name, { start, end: start + recordBytes });
  if (octets === undefined) throw new Fault('caller.input-invalid', { file: name, reason: 'it is gone' });
  const text = new TextDecoder().decode(octets).trim();
  if (text === '') return undefined;
  try {
    return groupOf(text);
  } catch (error) {
    throw new Fault('caller.input-invalid', { file: name, reason: 'no table of slices' }, error);
  }
}

function textOf({ rows, columns }: RowGroup): string {
  return JSON.stringify([rows, ...columns.flatMap(({ start, bytes, data }) => [start, bytes, data])]);
}

function groupOf(text: string): RowGroup {
  const [rows = 0, ...places] = JSON.parse(text) as readonly number[];
  const columns = Array.from({ length: places.length / 3 }, (_, index) => {
    const [start = 0, bytes = 0, data = 0] = places.slice(3 * index);
    return { start, bytes, data };
  });
  return { rows, columns };
}
