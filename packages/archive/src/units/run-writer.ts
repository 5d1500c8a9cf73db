import { createHash } from 'node:crypto';
import type { IndexedRun } from '../job/done.ts';
import { indexName, slicesName } from '../job/names.ts';
import type { ObjectStore } from '../objects/object-store.ts';
import type { IndexRow } from '../tables/index-table.ts';
import { INDEX_COLUMNS } from '../tables/index-table.ts';
import { parquetOf } from '../tables/parquet.ts';
import { groupsOf } from '../tables/row-group.ts';
import { sliceTableOf } from '../tables/slice-table.ts';

/** What is held of a segment at once. Larger runs make larger reads for those who verify a shard. */
const RUN_ROWS_MAX = 200_000;
const DIGEST_DIGITS = 32;

/** Gathers what a segment has for shards, and puts it away in runs, each in the order of shards. */
export class RunWriter {
  readonly #store: ObjectStore;
  readonly #segment: number;
  readonly #shards: number;
  readonly #runs: IndexedRun[] = [];
  #rows: IndexRow[] = [];

  constructor(store: ObjectStore, segment: number, shards: number) {
    this.#store = store;
    this.#segment = segment;
    this.#shards = shards;
  }

  async add(row: IndexRow): Promise<void> {
    this.#rows.push(row);
    if (this.#rows.length === RUN_ROWS_MAX) await this.#putAway();
  }

  async end(): Promise<readonly IndexedRun[]> {
    if (this.#rows.length > 0) await this.#putAway();
    return this.#runs;
  }

  async #putAway(): Promise<void> {
    // The sort is stable: within a shard, what came first is first.
    const rows = this.#rows.sort((left, right) => left.shard - right.shard);
    this.#rows = [];
    const run = this.#runs.length;
    const parts = partsOf(rows);
    const file = parquetOf(
      INDEX_COLUMNS,
      rows,
      parts.map(({ length }) => length),
    );
    const digest = createHash('sha256').update(file).digest('hex').slice(0, DIGEST_DIGITS);
    const index = indexName(this.#segment, run, digest);
    const groups = groupsOf(file);
    const table = parts.flatMap(({ shard }, number) => {
      const group = groups[number];
      return group === undefined ? [] : [{ shard, group }];
    });
    const { octets, recordBytes } = sliceTableOf(table, this.#shards);
    const slices = { name: slicesName(this.#segment, run, digest), recordBytes };
    await this.#store.putIfAbsent(index, file);
    await this.#store.putIfAbsent(slices.name, octets);
    this.#runs.push({ index, slices });
  }
}

/** How many rows each shard has, of those that have some. */
function partsOf(rows: readonly IndexRow[]): readonly { readonly shard: number; readonly length: number }[] {
  const parts: { shard: number; length: number }[] = [];
  for (const { shard } of rows) {
    const last = parts.at(-1);
    if (last?.shard === shard) last.length += 1;
    else parts.push({ shard, length: 1 });
  }
  return parts;
}
