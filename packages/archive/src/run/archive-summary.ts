import type { FailedReply } from '@parley/core';
import { Fault } from '@parley/core';
import type { SegmentDone, UnitDone } from '../job/done.ts';
import { readDone } from '../job/done.ts';
import type { Job } from '../job/job.ts';
import type { Phase } from '../job/names.ts';
import type { UnitTally } from '../job/unit-tally.ts';
import { sumOf } from '../job/unit-tally.ts';
import type { ObjectStore } from '../objects/object-store.ts';

/** What an archive came to, once all of it is done. It is the same whoever did it, and how often. */
export interface ArchiveSummary {
  readonly segments: number;
  readonly shards: number;
  /** Of the segments, as they are kept. */
  readonly sizeBytes: number;
  readonly tally: UnitTally;
  /** Segments that were not read to their end, for what they hold. What is before that is verified. */
  readonly unread: readonly ({ readonly segment: string } & Pick<FailedReply, 'code' | 'detail'>)[];
}

/** Adds up what came of the units. @throws Fault `caller.input-invalid` some are not done */
export async function summaryOf(store: ObjectStore, job: Job): Promise<ArchiveSummary> {
  const indexed = await allDone<SegmentDone>(store, 'index', job.segments.length);
  const verified = await allDone<UnitDone>(store, 'verify', job.shards);
  const shards = verified.map(({ tally }) => tally);
  const { contexts } = sumOf(shards);
  return {
    segments: job.segments.length,
    shards: job.shards,
    sizeBytes: sizeOf(job),
    tally: { ...sumOf([...indexed.map(({ tally }) => tally), ...shards]), contexts },
    unread: indexed.flatMap(({ unread }, number) =>
      unread === undefined ? [] : [{ segment: job.segments[number]?.name ?? '', ...unread }],
    ),
  };
}

/** Octets of all segments. */
export function sizeOf({ segments }: Job): number {
  return segments.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

async function allDone<Done extends UnitDone>(store: ObjectStore, phase: Phase, count: number): Promise<Done[]> {
  const all: Done[] = [];
  for (let number = 0; number < count; number++) {
    const done = await readDone<Done>(store, { phase, number });
    if (done === undefined)
      throw new Fault('caller.input-invalid', {
        path: store.location,
        reason: 'not all of it is done',
        [phase]: number,
      });
    all.push(done);
  }
  return all;
}
