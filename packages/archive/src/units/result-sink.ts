import type { Unit } from '../job/names.ts';
import type { ResultRow } from '../tables/result-table.ts';

/** Where results go besides the store. */
export interface ResultSink {
  /**
   * Takes all results of a piece of a job; `rows` reads them from the store, in their order, as often as it is called. It is asked before the piece counts
   * as done, and again by whoever does that again: what it has taken, it has taken for good, and what it has not, not at all.
   */
  take(job: string, unit: Unit, rows: () => AsyncIterable<readonly ResultRow[]>): Promise<void>;
}
