import { LogReplayCache } from '@parley/log';
import { lineOf, printOf } from '@parley/log/internal';
import type { IndexRow } from '../tables/index-table.ts';
import type { ResultRow } from '../tables/result-table.ts';
import { rowOfLine } from '../tables/result-table.ts';
import type { Bench } from './bench.ts';
import { finishUnit } from './finish-unit.ts';
import { ResultWriter } from './result-writer.ts';
import { shardRows } from './shard-rows.ts';

/**
 * Pass 2: decides which messages of a shard were there before, in the order of the archive, and puts the results away. Says whether it came to the end.
 * @throws Fault of reading and writing
 */
export async function verifyShard(bench: Bench, number: number): Promise<boolean> {
  const { store, signal, tell } = bench;
  const unit = { phase: 'verify', number } as const;
  const results = new ResultWriter(store, unit);
  const before = new LogReplayCache();
  for await (const { segment, rows } of shardRows(bench, number)) {
    if (signal?.aborted === true) return false;
    let valid = 0;
    for (const row of rows) {
      const result = decided(row, segment, before);
      if (result.ok) valid += 1;
      await results.add(result);
    }
    tell({ kind: 'answered', valid, refused: rows.length - valid });
  }
  await finishUnit(bench, unit, await results.end());
  return true;
}

function decided(
  { result, seen, line, message_bytes: messageBytes }: IndexRow,
  segment: number,
  before: LogReplayCache,
): ResultRow {
  const place = { segment, line, messageBytes };
  const row = rowOfLine(result, place);
  if (seen === undefined || before.insertPrint(...printOf(seen))) return row;
  const { id, context, judged_at: judgedAt } = row;
  const detail = { identifier: context ?? '' };
  return rowOfLine(lineOf({ id, ok: false, atMs: judgedAt?.getTime(), code: 'peer.replay', detail }), place);
}
