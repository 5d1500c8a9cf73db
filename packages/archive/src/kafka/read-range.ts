import { randomUUID } from 'node:crypto';
import { DeliveryQueue } from '@parley/bus/internal';
import { committedReads } from '@parley/bus-kafka';
import { Fault } from '@parley/core';
import type { Admin, Consumer, EachBatchPayload, Kafka, KafkaMessage } from 'kafkajs';
import type { TopicRange } from './topic-range.ts';
import { unavailable } from './unavailable.ts';

/** Records one behind the other; their offsets may have gaps. */
export type RecordBatch = readonly KafkaMessage[];

const BATCHES_AHEAD = 2;
const HEARTBEAT_MS = 1000;
/** A fetch that waits for records is waited for at the end. */
const FETCH_MS = 200;
const SESSION_TIMEOUT_MS = 30_000;

/**
 * The committed records of a range, in order. They are read by a group of its own that commits nothing: nobody else's offsets are touched.
 * @throws Fault `caller.input-unreadable` the topic keeps not all of it (any more); `internal.bus-unavailable`, also when nothing comes for
 *   `silenceMaxMs`
 */
export async function* readRange(kafka: Kafka, range: TopicRange, silenceMaxMs: number): AsyncGenerator<RecordBatch> {
  const admin = kafka.admin();
  const groupId = `parley-archive-${randomUUID()}`;
  try {
    await admin.connect();
    await requireKept(admin, range);
    yield* consumed(kafka, groupId, range, silenceMaxMs);
    // What was deleted while it was read is missing in what was read.
    await requireKept(admin, range);
  } catch (error) {
    throw error instanceof Fault ? error : unavailable(error);
  } finally {
    await admin.deleteGroups([groupId]).catch(() => undefined);
    await admin.disconnect().catch(() => undefined);
  }
}

async function requireKept(admin: Admin, { topic, partition, start, end }: TopicRange): Promise<void> {
  const kept = await admin.fetchTopicOffsets(topic);
  const of = kept.find((each) => each.partition === partition);
  if (of === undefined || Number(of.low) > start || Number(of.high) < end)
    throw new Fault('caller.input-unreadable', { topic, partition, start, end, reason: 'not kept by its topic' });
}

async function* consumed(
  kafka: Kafka,
  groupId: string,
  { topic, partition, start, end }: TopicRange,
  silenceMaxMs: number,
): AsyncGenerator<RecordBatch> {
  const consumer = committedReads(kafka).consumer({
    groupId,
    sessionTimeout: SESSION_TIMEOUT_MS,
    maxWaitTimeInMs: FETCH_MS,
    allowAutoTopicCreation: false,
  });
  const queue = new DeliveryQueue<RecordBatch>(BATCHES_AHEAD);
  const silence = new Silence(silenceMaxMs, () => queue.end({ error: unavailable(new Error('silence')) }));
  let next = start;
  const passed = (offset: string): void => {
    silence.broken();
    next = Math.max(next, Number(offset) + 1);
    if (next >= end) queue.end();
  };
  // Each time it joins, and before it reads anything: there it would begin at the end, and in all partitions.
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    const others = (payload.memberAssignment[topic] ?? []).filter((other) => other !== partition);
    consumer.pause([{ topic, partitions: others }]);
    consumer.seek({ topic, partition, offset: String(next) });
  });
  // Batches without a record that counts are told of here alone.
  consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
    if (payload.topic === topic && payload.partition === partition && payload.batchSize === 0)
      passed(payload.lastOffset);
  });
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    if (!payload.restart) queue.end({ error: unavailable(payload.error) });
  });
  const eachBatch = async ({ batch, heartbeat }: EachBatchPayload): Promise<void> => {
    if (batch.partition !== partition) return;
    // After a rebalance, it begins anew.
    const records = batch.messages.filter(({ offset }) => Number(offset) >= next && Number(offset) < end);
    if (records.length > 0) await whileAlive(heartbeat, () => queue.put(records));
    passed(batch.lastOffset());
  };
  try {
    await consumer.connect();
    await consumer.subscribe({ topic });
    await consumer.run({ autoCommit: false, eachBatch });
    yield* queue;
  } finally {
    silence.end();
    queue.end();
    await stopped(consumer);
  }
}

/** A reader that is slow is alive. */
async function whileAlive(heartbeat: () => Promise<void>, run: () => Promise<unknown>): Promise<void> {
  const alive = setInterval(() => void heartbeat().catch(() => undefined), HEARTBEAT_MS);
  try {
    await run();
  } finally {
    clearInterval(alive);
  }
}

async function stopped(consumer: Consumer): Promise<void> {
  await consumer.disconnect().catch(() => undefined);
}

/** Tells when nothing was heard for so long. */
class Silence {
  readonly #timer: NodeJS.Timeout;

  constructor(maxMs: number, tell: () => void) {
    this.#timer = setTimeout(tell, maxMs);
  }

  broken(): void {
    this.#timer.refresh();
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}
