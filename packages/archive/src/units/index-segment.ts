import type { FailedReply } from '@parley/core';
import { Fault } from '@parley/core';
import { failedReply } from '@parley/core/internal';
import { policyOf } from '@parley/engine';
import type { Section } from '@parley/log';
import { readSections } from '@parley/log';
import type { SurveyedRecord } from '@parley/log/internal';
import { surveySections } from '@parley/log/internal';
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
 * Pass 1: says of each message of a segment which context it needs, and puts it into the shard of that; what is refused without one
 * is a result already. Says whether it came to the end.
 * @throws Fault of reading and writing: what is there already is what it would have written
 */
export async function indexSegment(bench: Bench, number: number): Promise<boolean> {
  const { job, source, store, surveyPool, workers, signal, tell } = bench;
  const segment = job.segments[number];
  if (segment === undefined) throw new Fault('caller.option-invalid', { option: 'unit', got: number });
  const { judging } = job;
  const { messageBytesMax } = policyOf(judging.profile, judging.changes).limits;
  const unit = { phase: 'index', number } as const;
  const runs = new RunWriter(store, number, job.shards);
  const refused = new ResultWriter(store, unit);
  const onOctets = (bytes: number): void => tell({ kind: 'read', bytes });
  const read = readSections(source.log(segment), { messageBytesMax, unpack: judging.unpack, workers, onOctets });
  let unread: Damage | undefined;
  const sections = untilDamaged(read, (damage) => {
    unread = damage;
  });
  const surveyed = surveySections({ sections, pool: surveyPool(), at: judging.at, messageBytesMax, signal });
  for await (const { section, records } of surveyed) {
    for (const record of records) {
      if (record.refusal !== undefined) await refused.add(rowOfLine(record.refusal, { ...record, segment: number }));
      else await runs.add(rowOf(record, job.shards), octetsOf(section, record));
    }
  }
  if (signal?.aborted === true) return false;
  const done: SegmentDone = { ...(await refused.end()), runs: await runs.end(), ...(unread && { unread }) };
  await finishUnit(bench, unit, done);
  tell({ kind: 'answered', valid: 0, refused: done.tally.messages });
  return true;
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

function rowOf(record: SurveyedRecord, shards: number): Parameters<RunWriter['add']>[0] {
  const { line, id, atMs, messageBytes, start, length, context, orderKey = context } = record;
  return {
    shard: shardOf(orderKey, shards),
    context,
    line,
    id,
    recorded_at: atMs === undefined ? undefined : new Date(atMs),
    message_bytes: messageBytes,
    start,
    length,
  };
}

/** The octets of what cannot be read again where it is. */
function octetsOf(section: Section, { start, length }: SurveyedRecord): Uint8Array | undefined {
  if (section.kind === 'octets') return section.octets.slice(start, start + length);
  if (section.kind === 'entry' && section.entry.kind === 'message') return section.entry.message;
  return undefined;
}
