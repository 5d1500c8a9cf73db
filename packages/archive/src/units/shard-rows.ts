import type { IndexedRun } from '../job/done.ts';
import type { IndexRow } from '../tables/index-table.ts';
import { INDEX_COLUMNS } from '../tables/index-table.ts';
import { readGroup } from '../tables/row-group.ts';
import { readSlice } from '../tables/slice-table.ts';
import type { Bench } from './bench.ts';
import { inOrder } from './in-order.ts';

/** What a run of a segment has for a shard. */
export interface ShardRows {
  readonly segment: number;
  readonly rows: readonly IndexRow[];
}

/** Reads under way at once: a read waits for a bucket longer than its octets take. */
const READS_AHEAD = 16;

/** All messages of a shard in the order of the archive. @throws Fault of reading */
export async function* shardRows(bench: Bench, shard: number): AsyncGenerator<ShardRows> {
  const { job, runsOf, store } = bench;
  const segments = inOrder(job.segments.keys(), READS_AHEAD, async (segment) => ({
    segment,
    runs: await runsOf(segment),
  }));
  yield* inOrder(runsIn(segments), READS_AHEAD, async ({ segment, run }) => {
    const group = await readSlice(store, run.slices, shard);
    const rows = group === undefined ? [] : await readGroup(INDEX_COLUMNS, store, run.index, group);
    return { segment, rows };
  });
}

interface RunOfSegment {
  readonly segment: number;
  readonly run: IndexedRun;
}

async function* runsIn(
  segments: AsyncIterable<{ readonly segment: number; readonly runs: readonly IndexedRun[] }>,
): AsyncGenerator<RunOfSegment> {
  for await (const { segment, runs } of segments) for (const run of runs) yield { segment, run };
}
