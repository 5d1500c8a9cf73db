import type { Unit } from '../job/names.ts';
import { resultsName } from '../job/names.ts';
import type { UnitTally } from '../job/unit-tally.ts';
import { TallyKeeper } from '../job/unit-tally.ts';
import type { ObjectStore } from '../objects/object-store.ts';
import { parquetOf } from '../tables/parquet.ts';
import type { ResultRow } from '../tables/result-table.ts';
import { RESULT_COLUMNS } from '../tables/result-table.ts';

/** Rows of a file: enough for a table to be read fast, and few enough to be held. */
const PART_ROWS_MAX = 100_000;

/** Gathers the results of a unit, in their order, and puts them away in parts. */
export class ResultWriter {
  readonly #store: ObjectStore;
  readonly #unit: Unit;
  readonly #tally = new TallyKeeper();
  readonly #names: string[] = [];
  #rows: ResultRow[] = [];

  constructor(store: ObjectStore, unit: Unit) {
    this.#store = store;
    this.#unit = unit;
  }

  async add(row: ResultRow): Promise<void> {
    this.#tally.add(row);
    this.#rows.push(row);
    if (this.#rows.length === PART_ROWS_MAX) await this.#putAway();
  }

  /** Puts the rest away. */
  async end(): Promise<{ readonly results: readonly string[]; readonly tally: UnitTally }> {
    if (this.#rows.length > 0) await this.#putAway();
    return { results: this.#names, tally: this.#tally.tally() };
  }

  async #putAway(): Promise<void> {
    const name = resultsName(this.#unit, this.#names.length);
    const rows = this.#rows;
    this.#rows = [];
    this.#names.push(name);
    await this.#store.putIfAbsent(name, parquetOf(RESULT_COLUMNS, rows, undefined));
  }
}
