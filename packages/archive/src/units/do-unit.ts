import type { Job } from '../job/job.ts';
import type { Phase, Unit } from '../job/names.ts';
import { doneName } from '../job/names.ts';
import type { ObjectStore } from '../objects/object-store.ts';
import type { Bench } from './bench.ts';
import { indexSegment } from './index-segment.ts';
import { verifyShard } from './verify-shard.ts';

/** Does a piece of work; says whether it came to the end. @throws Fault as its function does */
export async function doUnit(bench: Bench, unit: Unit): Promise<boolean> {
  const { phase, number } = unit;
  bench.tell({ kind: 'begun', phase, number });
  const isDone = await (phase === 'index' ? indexSegment : verifyShard)(bench, number);
  if (isDone) bench.tell({ kind: 'done', phase, number });
  return isDone;
}

/** The pieces of a phase that are not done. */
export async function undone({ segments, shards }: Job, store: ObjectStore, phase: Phase): Promise<readonly Unit[]> {
  const done = new Set<string>();
  for await (const { name } of store.list('done/')) done.add(name);
  const count = phase === 'index' ? segments.length : shards;
  return Array.from({ length: count }, (_, number) => ({ phase, number })).filter((unit) => !done.has(doneName(unit)));
}
