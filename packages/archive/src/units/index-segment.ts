import type { FailedReply } from '@parley/core';
import { Fault } from '@parley/core';
import { failedReply } from '@parley/core/internal';
import { policyOf } from '@parley/engine';
import type { Section } from '@parley/log';
import { readSections } from '@parley/log';
import type { JudgedRecord } from '@parley/log/internal';
import { judgeSections } from '@parley/log/internal';
import type { SegmentDone } from '../job/done.ts';
import { rowOfLine } from '../tables/result-table.ts';
import type { Bench } from './bench.ts';
import { finishUnit } from './finish-unit.ts';
import { ResultWriter } from './result-writer.ts';
import { RunWriter } from './run-writer.ts';
import { shardOf } from './shard-of.ts';

/** What a segment can be to blame for: it will not be otherwise next time. */
const DAMAGES: ReadonlySet<string> = new Set([
  'caller.input-invalid',
  'caller.input-results',
  'caller.limit-decompression',
]);

/**
 * Pass 1: verifies each message of a segment, and puts what it comes to into the shard of its context, where it is known what was there before; what has no
 * context, and nothing to be known again by, has its result by that. Says whether it came to the end.
 * @throws Fault of reading and writing, of contexts that cannot be looked up: what is there already is what it would have written
 */
export async function indexSegment(bench: Bench, number: number): Promise<boolean> {
  const { job, source, store, pool, workers, signal, tell } = bench;
  const segment = job.segments[number];
  if (segment === undefined) throw new Fault('caller.option-invalid', { option: 'unit', got: number });
  const { judging } = job;
  const { messageBytesMax } = policyOf(judging.profile, judging.changes).limits;
  const unit = { phase: 'index', number } as const;
  const runs = new RunWriter(store, number, job.shards);
  const decided = new ResultWriter(store, unit);
  const onOctets = (bytes: number): void => tell({ kind: 'read', bytes });
  const read = readSections(source.log(segment), { messageBytesMax, unpack: judging.unpack, workers, onOctets });
  let unread: Damage | undefined;
  const sections = untilDamaged(read, (damage) => {
    unread = damage;
  });
  const { at, allowReplays } = judging;
  const judged = judgeSections({ sections, pool: pool(), at, messageBytesMax, replays: !allowReplays, signal });
  for await (const records of judged)
    for (const record of records) {
      requireVerdict(record);
      const { context, seen, line, messageBytes, result } = record;
      const orderKey = context || seen;
      if (orderKey === undefined) await decided.add(rowOfLine(result, { segment: number, line, messageBytes }));
      else
        await runs.add({
          shard: shardOf(orderKey, job.shards),
          context,
          line,
          message_bytes: messageBytes,
          seen,
          result,
        });
    }
  if (signal?.aborted === true) return false;
  const done: SegmentDone = { ...(await decided.end()), runs: await runs.end(), ...(unread && { unread }) };
  await finishUnit(bench, unit, done);
  const { messages, valid } = done.tally;
  tell({ kind: 'answered', valid, refused: messages - valid });
  return true;
}

/** A message of which nothing could be said for want of its key, a store that did not answer, is not judged for good. */
function requireVerdict({ code }: JudgedRecord): void {
  if (code === 'internal.store-unavailable' || code === 'internal.store-corrupt') throw new Fault(code, {});
}

type Damage = Pick<FailedReply, 'code' | 'detail'>;

async function* untilDamaged(
  sections: AsyncIterable<Section>,
  tell: (damage: Damage) => void,
): AsyncGenerator<Section> {
  try {
    yield* sections;
  } catch (error) {
    if (!(error instanceof Fault) || !DAMAGES.has(error.code)) throw error;
    const { code, detail } = failedReply(error);
    tell({ code, detail });
  }
}
