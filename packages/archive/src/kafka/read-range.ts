import { randomUUID } from 'node:crypto';
import { DeliveryQueue } from '@parley/bus/internal';
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
 * The committed records of a range, in order. They are read by a group of its own, which begins where the range does: nobody else's offsets are
 * touched.
 * @throws Fault `caller.input-unreadable` the topic keeps not all of it (any more); `internal.bus-unavailable`, also when nothing comes for
 *   `silenceMaxMs`
 */
export async function* readRange(kafka: Kafka, range: TopicRange, silenceMaxMs: number): AsyncGenerator<RecordBatch> {
  const admin = kafka.admin();
  const groupId = `parley-archive-${randomUUID()}`;
  try {
    await admin.connect();
    await begin(admin, groupId, range);
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

/** The group begins at the range; in other partitions, where nothing has come yet. */
async function begin(admin: Admin, groupId: string, range: TopicRange): Promise<void> {
  const ends = await requireKept(admin, range);
  const partitions = ends.map(({ partition, high }) => ({
    partition,
    offset: partition === range.partition ? String(range.start) : high,
  }));
  await admin.setOffsets({ groupId, topic: range.topic, partitions });
}

async function requireKept(
  admin: Admin,
  { topic, partition, start, end }: TopicRange,
): Promise<Awaited<ReturnType<Admin['fetchTopicOffsets']>>> {
  const kept = await admin.fetchTopicOffsets(topic);
  const of = kept.find((each) => each.partition === partition);
  if (of === undefined || Number(of.low) > start || Number(of.high) < end)
    throw new Fault('caller.input-unreadable', { topic, partition, start, end, reason: 'not kept by its topic' });
  return kept;
}

async function* consumed(
  kafka: Kafka,
  groupId: string,
  { topic, partition, start, end }: TopicRange,
  silenceMaxMs: number,
): AsyncGenerator<RecordBatch> {
  const consumer = kafka.consumer({ groupId, sessionTimeout: SESSION_TIMEOUT_MS, maxWaitTimeInMs: FETCH_MS });
  const queue = new DeliveryQueue<RecordBatch>(BATCHES_AHEAD);
  const silence = new Silence(silenceMaxMs, () => queue.end({ error: unavailable(new Error('silence')) }));
  let next = start;
  const passed = (offset: string): void => {
    silence.broken();
    next = Math.max(next, Number(offset) + 1);
    if (next >= end) queue.end();
  };
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
