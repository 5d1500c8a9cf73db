import type { FailedReply } from '@parley/core';
import { Fault } from '@parley/core';
import type { ObjectStore } from '../objects/object-store.ts';
import type { SliceTable } from '../tables/slice-table.ts';
import type { Unit } from './names.ts';
import { doneName } from './names.ts';
import type { UnitTally } from './unit-tally.ts';

/** Some records of a segment, one behind the other in the archive and in the order of shards here. */
export interface IndexedRun {
  /** Parquet file with a group of rows for each shard that has some. */
  readonly index: string;
  readonly slices: SliceTable;
}

/** Of a unit that is done. */
export interface UnitDone {
  /** Parquet files of results. */
  readonly results: readonly string[];
  readonly tally: UnitTally;
}

/** … and of a segment. */
export interface SegmentDone extends UnitDone {
  readonly runs: readonly IndexedRun[];
  /** Why it was not read to its end: what it holds, and not who keeps it, is the reason. */
  readonly unread?: Pick<FailedReply, 'code' | 'detail'> | undefined;
}

/** Says that a unit is done. Whoever comes second says nothing, for it would be the same. */
export async function keepDone(store: ObjectStore, unit: Unit, done: UnitDone): Promise<void> {
  await store.putIfAbsent(doneName(unit), new TextEncoder().encode(JSON.stringify(done)));
}

/** What came of a unit; `undefined` if it is not done. */
export async function readDone<Done extends UnitDone>(store: ObjectStore, unit: Unit): Promise<Done | undefined> {
  const name = doneName(unit);
  const octets = await store.get(name);
  if (octets === undefined) return undefined;
  try {
    return JSON.parse(new TextDecoder().decode(octets)) as Done;
  } catch (error) {
    throw new Fault('caller.input-invalid', { file: name, reason: 'not JSON' }, error);
  }
}
