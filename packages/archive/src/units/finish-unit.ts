import type { UnitDone } from '../job/done.ts';
import { keepDone } from '../job/done.ts';
import { jobDigest } from '../job/job.ts';
import type { Unit } from '../job/names.ts';
import type { ObjectStore } from '../objects/object-store.ts';
import { readTable } from '../tables/parquet.ts';
import type { ResultRow } from '../tables/result-table.ts';
import { RESULT_COLUMNS } from '../tables/result-table.ts';
import type { Bench } from './bench.ts';

/** Hands the results of a piece on to where they go besides, and says that it is done. */
export async function finishUnit({ job, store, sink }: Bench, unit: Unit, done: UnitDone): Promise<void> {
  if (done.results.length > 0) await sink?.take(jobDigest(job), unit, () => rowsOf(store, done));
  await keepDone(store, unit, done);
}

async function* rowsOf(store: ObjectStore, { results }: UnitDone): AsyncGenerator<readonly ResultRow[]> {
  for (const name of results) yield await readTable(RESULT_COLUMNS, store, name);
}
