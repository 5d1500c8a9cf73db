import { Fault } from '@parley/core';
import { invariant } from '@parley/core/internal';
import { policyOf } from '@parley/engine';
import type { Section } from '@parley/log';
import { verifySections } from '@parley/log';
import type { IndexRow } from '../tables/index-table.ts';
import type { ResultRow } from '../tables/result-table.ts';
import { rowOfLine } from '../tables/result-table.ts';
import { ahead } from './ahead.ts';
import type { Bench } from './bench.ts';
import { finishUnit } from './finish-unit.ts';
import { ResultWriter } from './result-writer.ts';
import { shardSections } from './shard-sections.ts';

/** Of 1 MiB, about. */
const SECTIONS_AHEAD = 2;

/**
 * Pass 2: verifies the messages of a shard in the order of the archive, with keys and with a memory of what was seen. Says whether
 * it came to the end.
 * @throws Fault of reading and writing
 */
export async function verifyShard(bench: Bench, number: number): Promise<boolean> {
  const { job, store, verifyPool, signal, tell } = bench;
  const { profile, changes, at, allowReplays } = job.judging;
  const unit = { phase: 'verify', number } as const;
  const results = new ResultWriter(store, unit);
  /** Of records that have no result yet, in their order. */
  const expected: (readonly [segment: number, row: IndexRow])[] = [];
  const sections = async function* (): AsyncGenerator<Section> {
    for await (const { section, segment, rows } of ahead(shardSections(bench, number), SECTIONS_AHEAD)) {
      for (const row of rows) expected.push([segment, row]);
      yield section;
    }
  };
  const summary = await verifySections({
    sections: sections(),
    pool: verifyPool(),
    at,
    messageBytesMax: policyOf(profile, changes).limits.messageBytesMax,
    replay: allowReplays ? 'allow' : undefined,
    results: 'all',
    onResults: async (lines) => {
      const told = lines.split('\n').slice(0, -1);
      for (const [line, place] of pairs(told, expected.splice(0, told.length))) {
        const [segment, { id, line: number, message_bytes: messageBytes, context }] = place;
        const row = rowOfLine(line, { id, segment, line: number, messageBytes });
        requireVerdict(row);
        await results.add(row, row.ok && (row.context ?? '') !== context);
      }
    },
    onAnswered: (valid, refused) => tell({ kind: 'answered', valid, refused }),
    signal,
  });
  if (!summary.complete) return false;
  invariant(expected.length === 0, 'there is a result of each record');
  await finishUnit(bench, unit, await results.end());
  return true;
}

/** A message of which nothing could be said for want of its key, a store that did not answer, is not judged for good. */
function requireVerdict({ code }: ResultRow): void {
  if (code === 'internal.store-unavailable' || code === 'internal.store-corrupt') throw new Fault(code, {});
}

function* pairs<Left, Right>(left: readonly Left[], right: readonly Right[]): Generator<readonly [Left, Right]> {
  invariant(left.length === right.length, 'a result is of a record');
  for (const [index, one] of left.entries()) yield [one, right[index] as Right];
}
