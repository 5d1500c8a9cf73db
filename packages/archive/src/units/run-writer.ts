import type { IndexedRun } from '../job/done.ts';
import { indexName, linesName, slicesName } from '../job/names.ts';
import type { ObjectStore } from '../objects/object-store.ts';
import type { IndexRow } from '../tables/index-table.ts';
import { INDEX_COLUMNS } from '../tables/index-table.ts';
import { parquetOf } from '../tables/parquet.ts';
import { groupsOf } from '../tables/row-group.ts';
import { sliceTableOf } from '../tables/slice-table.ts';

/** What is held of a segment at once. Larger runs make larger reads for those who verify a shard. */
const RUN_ROWS_MAX = 200_000;
const RUN_BYTES_MAX = 128 * 1024 * 1024;

const LINE_FEED = 0x0a;

/** A row whose line may be copied. */
interface Gathered {
  readonly row: IndexRow;
  readonly line: Uint8Array | undefined;
}

/** Gathers what needs keys of a segment, and puts it away in runs, each in the order of shards. */
export class RunWriter {
  readonly #store: ObjectStore;
  readonly #segment: number;
  readonly #shards: number;
  readonly #runs: IndexedRun[] = [];
  #gathered: Gathered[] = [];
  #bytes = 0;

  constructor(store: ObjectStore, segment: number, shards: number) {
    this.#store = store;
    this.#segment = segment;
    this.#shards = shards;
  }

  /** Takes a row, and the octets (its own from then on) of a line that cannot be read again where it is. All of a segment alike. */
  async add(row: IndexRow, line: Uint8Array | undefined): Promise<void> {
    this.#gathered.push({ row, line });
    this.#bytes += line?.length ?? 0;
    if (this.#gathered.length >= RUN_ROWS_MAX || this.#bytes >= RUN_BYTES_MAX) await this.#putAway();
  }

  async end(): Promise<readonly IndexedRun[]> {
    if (this.#gathered.length > 0) await this.#putAway();
    return this.#runs;
  }

  async #putAway(): Promise<void> {
    // The sort is stable: within a shard, what came first is first.
    const gathered = this.#gathered.sort((left, right) => left.row.shard - right.row.shard);
    this.#gathered = [];
    this.#bytes = 0;
    const run = this.#runs.length;
    const copied = gathered[0]?.line === undefined ? undefined : joined(gathered);
    const rows = copied?.rows ?? gathered.map(({ row }) => row);
    const parts = partsOf(rows);
    const index = indexName(this.#segment, run);
    const file = parquetOf(
      INDEX_COLUMNS,
      rows,
      parts.map(({ length }) => length),
    );
    const groups = groupsOf(file);
    const table = parts.flatMap(({ shard }, number) => {
      const group = groups[number];
      return group === undefined ? [] : [{ shard, group }];
    });
    const { octets, recordBytes } = sliceTableOf(table, this.#shards);
    const slices = { name: slicesName(this.#segment, run), recordBytes };
    const lines = copied && linesName(this.#segment, run);
    if (lines !== undefined && copied !== undefined) await this.#store.putIfAbsent(lines, copied.octets);
    await this.#store.putIfAbsent(index, file);
    await this.#store.putIfAbsent(slices.name, octets);
    this.#runs.push({ index, slices, ...(lines === undefined ? {} : { lines }) });
  }
}

/** All lines, and where they are then. */
function joined(gathered: readonly Gathered[]): { readonly octets: Uint8Array; readonly rows: readonly IndexRow[] } {
  const octets = new Uint8Array(gathered.reduce((sum, { line }) => sum + (line?.length ?? 0) + 1, 0));
  let start = 0;
  const rows = gathered.map(({ row, line = new Uint8Array(0) }) => {
    octets.set(line, start);
    octets[start + line.length] = LINE_FEED;
    const placed = { ...row, start, length: line.length };
    start += line.length + 1;
    return placed;
  });
  return { octets, rows };
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
