import { setTimeout as pause } from 'node:timers/promises';
import type { Kind } from '@parley/core/internal';
import { formatInstant, optional, port, requireOptions, shapeOf, whole } from '@parley/core/internal';
import type { Kafka, Message, Producer } from 'kafkajs';
import type { Unit } from '../job/names.ts';
import type { ResultRow } from '../tables/result-table.ts';
import type { ResultSink } from '../units/result-sink.ts';
import { committedOffsets } from './committed-offsets.ts';
import { TOPIC } from './kafka-segments.ts';
import { unavailable } from './unavailable.ts';

export interface KafkaResultsOptions {
  readonly kafka: Kafka;
  readonly topic: string;
  /** After which a broker ends what a process that is gone has begun. Default 60,000. */
  readonly transactionTimeoutMs?: number | undefined;
}

const OPTIONS: Kind<KafkaResultsOptions> = shapeOf<KafkaResultsOptions>({
  kafka: port<Kafka>('consumer', 'producer', 'admin'),
  topic: TOPIC,
  transactionTimeoutMs: optional(whole(1)),
});

const TRANSACTION_TIMEOUT_MS = 60_000;
const SENT_AT_ONCE = 1000;
const TRIES_MAX = 5;
const PAUSE_MS = 1000;

/**
 * Each result as a record of a topic, whose key is the context, once for readers of `read_committed`. The results of a piece are one transaction, which
 * also commits an offset of a group that is named after the piece: who does the piece again finds it. A topic keeps such offsets for
 * `offsets.retention.minutes`: who died is to be followed before.
 * @throws Fault `caller.option-invalid`; its method `internal.bus-unavailable`
 */
export function kafkaResults(options: KafkaResultsOptions): ResultSink {
  requireOptions(OPTIONS, options, 'options');
  return {
    async take(job, unit, rows) {
      const name = nameOf(job, unit);
      for (let tries = 1; ; tries++) {
        try {
          await taken(options, name, rows);
          return;
        } catch (error) {
          // Another who did the same has ended it, and has it, or may die, too.
          if (tries === TRIES_MAX) throw unavailable(error);
          await pause(PAUSE_MS * tries);
        }
      }
    },
  };
}

function nameOf(job: string, { phase, number }: Unit): string {
  return `parley-archive-${job}-${phase}-${number}`;
}

async function taken(
  { kafka, topic, transactionTimeoutMs = TRANSACTION_TIMEOUT_MS }: KafkaResultsOptions,
  name: string,
  rows: Parameters<ResultSink['take']>[2],
): Promise<void> {
  const producer = kafka.producer({
    transactionalId: name,
    idempotent: true,
    maxInFlightRequests: 1,
    transactionTimeout: transactionTimeoutMs,
  });
  const admin = kafka.admin();
  try {
    await admin.connect();
    // safety: this ends what another has begun under the name and fences it, so that what is asked for then is the last word.
    await producer.connect();
    if ((await committedOffsets(admin, name, topic)).size === 0) await send(producer, { name, topic }, rows());
  } finally {
    await producer.disconnect().catch(() => undefined);
    await admin.disconnect().catch(() => undefined);
  }
}

async function send(
  producer: Producer,
  { name, topic }: { readonly name: string; readonly topic: string },
  rows: AsyncIterable<readonly ResultRow[]>,
): Promise<void> {
  const transaction = await producer.transaction();
  try {
    for await (const some of rows)
      for (let from = 0; from < some.length; from += SENT_AT_ONCE)
        await transaction.send({ topic, messages: some.slice(from, from + SENT_AT_ONCE).map(recordOf) });
    const partitions = [{ partition: 0, offset: '1' }];
    await transaction.sendOffsets({ consumerGroupId: name, topics: [{ topic, partitions }] });
    await transaction.commit();
  } catch (error) {
    await transaction.abort().catch(() => undefined);
    throw error;
  }
}

/** What a line of the results says, and where the record stands. */
function recordOf({ judged_at: at, code, context, detail, signed, encrypted, ...row }: ResultRow): Message {
  const value = {
    ...row,
    code: code ?? null,
    context: context ?? null,
    signed: JSON.parse(signed) as unknown,
    encrypted: JSON.parse(encrypted) as unknown,
    at: at === undefined ? null : formatInstant(at.getTime()),
    ...(detail === undefined ? {} : { detail: JSON.parse(detail) as unknown }),
  };
  return { key: context ?? null, value: JSON.stringify(value) };
}
