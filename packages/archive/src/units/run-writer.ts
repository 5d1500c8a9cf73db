import type { IndexedRun, ShardSlice } from '../job/done.ts';
import { indexName, linesName } from '../job/names.ts';
import type { ObjectStore } from '../objects/object-store.ts';
import type { IndexRow } from '../tables/index-table.ts';
import { INDEX_COLUMNS } from '../tables/index-table.ts';
import { footerBytesOf, parquetOf } from '../tables/parquet.ts';

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
  readonly #runs: IndexedRun[] = [];
  #gathered: Gathered[] = [];
  #bytes = 0;

  constructor(store: ObjectStore, segment: number) {
    this.#store = store;
    this.#segment = segment;
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
    const slices = slicesOf(rows, copied !== undefined);
    const name = indexName(this.#segment, run);
    const file = parquetOf(
      INDEX_COLUMNS,
      rows,
      slices.map(({ rows: [start, end] }) => end - start),
    );
    const lines = copied && linesName(this.#segment, run);
    if (lines !== undefined && copied !== undefined) await this.#store.putIfAbsent(lines, copied.octets);
    await this.#store.putIfAbsent(name, file);
    const index = { name, sizeBytes: file.length, footerBytes: footerBytesOf(file) };
    this.#runs.push({ index, ...(lines === undefined ? {} : { lines }), slices });
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

function slicesOf(rows: readonly IndexRow[], isCopied: boolean): readonly ShardSlice[] {
  const slices: ShardSlice[] = [];
  for (let start = 0; start < rows.length; ) {
    const shard = rows[start]?.shard ?? 0;
    let end = start + 1;
    while (rows[end]?.shard === shard) end += 1;
    const [first, last] = [rows[start], rows[end - 1]];
    const octets: [number, number] = isCopied
      ? [first?.start ?? 0, (last?.start ?? 0) + (last?.length ?? 0) + 1]
      : [0, 0];
    slices.push({ shard, rows: [start, end], octets });
    start = end;
  }
  return slices;
}
