import { Fault } from '@parley/core';
import type { IndexedRun, SegmentDone } from '../job/done.ts';
import { readDone } from '../job/done.ts';
import type { Job } from '../job/job.ts';
import type { ObjectStore } from '../objects/object-store.ts';

/** What pass 1 has made of each segment, as `Bench.runsOf` says it. */
export function indexedRuns(job: Job, store: ObjectStore): (segment: number) => Promise<readonly IndexedRun[]> {
  const known = new Map<number, readonly IndexedRun[]>();
  return async (number) => {
    const there = known.get(number);
    if (there !== undefined) return there;
    const done = await readDone<SegmentDone>(store, { phase: 'index', number });
    const file = job.segments[number]?.name ?? '';
    if (done === undefined) throw new Fault('caller.input-invalid', { file, reason: 'it is not indexed' });
    known.set(number, done.runs);
    return done.runs;
  };
}
