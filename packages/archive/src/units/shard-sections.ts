import { Fault } from '@parley/core';
import { newSlab } from '@parley/engine/internal';
import type { Section } from '@parley/log';
import { SectionedLog } from '@parley/log/internal';
import type { IndexedRun } from '../job/done.ts';
import type { Segment } from '../job/segment.ts';
import type { IndexRow } from '../tables/index-table.ts';
import { INDEX_COLUMNS } from '../tables/index-table.ts';
import type { RowGroup } from '../tables/row-group.ts';
import { readGroup } from '../tables/row-group.ts';
import { readSlice } from '../tables/slice-table.ts';
import type { Bench } from './bench.ts';

/** A section of a shard, and of what its records are. */
export interface ShardSection {
  readonly section: Section;
  readonly segment: number;
  /** One for each record of the section. */
  readonly rows: readonly IndexRow[];
}

const SECTION_BYTES = 1024 * 1024;
const LINE_FEED = 0x0a;

/** All messages of a shard in the order of the archive. @throws Fault of reading */
export async function* shardSections(bench: Bench, shard: number): AsyncGenerator<ShardSection> {
  for (const [number, segment] of bench.job.segments.entries()) {
    for (const run of await bench.runsOf(number)) {
      const group = await readSlice(bench.store, run.slices, shard);
      if (group !== undefined) yield* runSections(bench, { run, group, number, segment });
    }
  }
}

interface Sliced {
  readonly run: IndexedRun;
  readonly group: RowGroup;
  readonly number: number;
  readonly segment: Segment;
}

async function* runSections(bench: Bench, { run, group, number, segment }: Sliced): AsyncGenerator<ShardSection> {
  const rows = await readGroup(INDEX_COLUMNS, bench.store, run.index, group);
  for (let first = 0; first < rows.length; ) {
    let next = first;
    let bytes = 0;
    for (; next < rows.length && (next === first || bytes < SECTION_BYTES); next++)
      bytes += (rows[next]?.length ?? 0) + 1;
    const some = rows.slice(first, next);
    const lines = await linesOf(bench, run, segment, some);
    const [row] = some;
    if (row?.line === 0) yield { section: whole(row, lines), segment: number, rows: some };
    else yield { section: ofLines(lines, segment.name, row?.line === 1), segment: number, rows: some };
    first = next;
  }
}

/** The lines of rows, each with its end. */
async function linesOf(
  { store, source }: Bench,
  run: IndexedRun,
  segment: Segment,
  rows: readonly IndexRow[],
): Promise<Uint8Array> {
  const [first, last] = [rows[0], rows.at(-1)];
  if (first === undefined || last === undefined) return new Uint8Array(0);
  if (run.lines !== undefined) {
    const octets = await store.get(run.lines, { start: first.start, end: last.start + last.length + 1 });
    if (octets === undefined) throw new Fault('caller.input-invalid', { file: run.lines, reason: 'it is gone' });
    return octets;
  }
  const wanted = rows.map(({ start, length }) => ({ start, end: start + length }));
  const octets = await source.ranges?.(segment, wanted);
  if (octets === undefined) throw new Fault('caller.input-unreadable', { file: segment.name, reason: 'not by ranges' });
  const lines = new Uint8Array(octets.length + rows.length);
  let [from, to] = [0, 0];
  for (const { length } of rows) {
    lines.set(octets.subarray(from, from + length), to);
    from += length;
    to += length;
    lines[to] = LINE_FEED;
    to += 1;
  }
  return lines;
}

function ofLines(lines: Uint8Array, name: string, isStart: boolean): Section {
  const octets = newSlab(lines.length).subarray(0, lines.length);
  octets.set(lines);
  return { kind: 'octets', log: new SectionedLog(name), octets, isStart };
}

/** Of a segment that is one message. */
function whole({ id, length }: IndexRow, lines: Uint8Array): Section {
  return { kind: 'entry', entry: { kind: 'message', id, atMs: undefined, message: lines.subarray(0, length) } };
}
