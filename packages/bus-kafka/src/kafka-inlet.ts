import { setTimeout as pause } from 'node:timers/promises';
import type { Delivery, Inlet } from '@parley/bus';
import { DeliveryQueue } from '@parley/bus/internal';
import { Fault } from '@parley/core';
import type { Kind } from '@parley/core/internal';
import {
  connectionReason,
  FLAG,
  listOf,
  optional,
  port,
  requireOptions,
  shapeOf,
  textLike,
  whole,
} from '@parley/core/internal';
import type { Consumer, EachBatchPayload, Kafka, KafkaMessage } from 'kafkajs';
import { Assignment } from './assignment.ts';
import { committedReads } from './committed-reads.ts';
import { headersOf } from './kafka-headers.ts';

export interface KafkaInletOptions {
  readonly kafka: Kafka;
  readonly groupId: string;
  readonly topics: readonly string[];
  /** Where a group begins that has read nothing yet. Default true. */
  readonly fromBeginning?: boolean | undefined;
  /** Messages that were fetched and not taken yet. Default 1024. */
  readonly prefetchMessages?: number | undefined;
  /** After so long without a sign of life another reader gets the partitions. Default 30,000. */
  readonly sessionTimeoutMs?: number | undefined;
}

/** A message of a topic. It has a time where the topic has `message.timestamp.type=LogAppendTime`. */
export interface KafkaDelivery extends Delivery {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  /** Which of the times that this reader had the partition. */
  readonly epoch: number;
}

/** Messages of topics, read as one of a group. */
export interface KafkaInlet extends Inlet<KafkaDelivery> {
  readonly groupId: string;
  /** Whether the partition is still this reader's since that delivery came. */
  isOurs(delivery: KafkaDelivery): boolean;
}

/** Of topics and groups. */
export const NAME: Kind<string> = textLike(/./, 'a name');

const OPTIONS = shapeOf<KafkaInletOptions>({
  kafka: port<Kafka>('consumer', 'producer', 'admin'),
  groupId: NAME,
  topics: listOf(NAME, 1),
  fromBeginning: optional(FLAG),
  prefetchMessages: optional(whole(1)),
  // Of which a third is between two signs of life.
  sessionTimeoutMs: optional(whole(3)),
});

const HEARTBEAT_MS = 1000;
const HEARTBEAT_MAX_MS = 3000;

/**
 * Messages of Kafka topics. {@link Inlet.acknowledge} commits offsets; for exactly once use `kafkaCommit`.
 * @throws Fault `caller.option-invalid`
 */
export function kafkaInlet(options: KafkaInletOptions): KafkaInlet {
  requireOptions(OPTIONS, options, 'options');
  const { kafka, groupId, topics, fromBeginning = true, prefetchMessages = 1024, sessionTimeoutMs = 30_000 } = options;
  const assignment = new Assignment();
  const consumer = committedReads(kafka).consumer({
    groupId,
    sessionTimeout: sessionTimeoutMs,
    heartbeatInterval: Math.min(HEARTBEAT_MAX_MS, Math.floor(sessionTimeoutMs / 3)),
    retry: { retries: 30, maxRetryTime: 5000 },
  });
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => assignment.set(payload.memberAssignment));

  async function* deliveries(signal: AbortSignal): AsyncGenerator<KafkaDelivery, void, undefined> {
    const queue = new DeliveryQueue<KafkaDelivery>(prefetchMessages);
    const end = (): void => queue.end();
    signal.addEventListener('abort', end, { once: true });
    // What it does not get over by itself.
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      if (!payload.restart) queue.end({ error: unavailable(payload.error) });
    });
    try {
      const begin = async (): Promise<void> => {
        await consumer.connect();
        await consumer.subscribe({ topics: [...topics], fromBeginning });
      };
      await onceThere(begin, signal);
      if (signal.aborted) return;
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        eachBatch: async (payload) => await handOver(payload, queue),
      });
      if (!signal.aborted) for await (const delivery of queue) if (assignment.isOurs(delivery)) yield delivery;
    } catch (error) {
      throw error instanceof Fault ? error : unavailable(error);
    } finally {
      signal.removeEventListener('abort', end);
      queue.end();
    }
  }

  async function handOver(payload: EachBatchPayload, queue: DeliveryQueue<KafkaDelivery>): Promise<void> {
    const { batch, heartbeat, resolveOffset, isRunning, isStale } = payload;
    // A reader that is slow is alive.
    const alive = setInterval(() => void heartbeat().catch(() => undefined), HEARTBEAT_MS);
    try {
      const epoch = assignment.epochOf(batch.topic, batch.partition);
      for (const message of batch.messages) {
        if (!isRunning() || isStale() || epoch === undefined) return;
        const goesOn = await queue.put(deliveryOf(batch.topic, batch.partition, epoch, message));
        resolveOffset(message.offset);
        if (!goesOn) return;
      }
    } finally {
      clearInterval(alive);
    }
  }

  return {
    groupId,
    deliveries,
    isOurs: (delivery) => assignment.isOurs(delivery),
    async acknowledge(acknowledged) {
      try {
        await consumer.commitOffsets(offsetsAfter(acknowledged.filter((delivery) => assignment.isOurs(delivery))));
      } catch (error) {
        throw unavailable(error);
      }
    },
    close: async () => await stop(consumer),
  };
}

/** From where to read on after these: the last of each partition, and one. */
export function offsetsAfter(
  deliveries: readonly KafkaDelivery[],
): { topic: string; partition: number; offset: string }[] {
  const last = new Map<string, KafkaDelivery>();
  for (const delivery of deliveries) {
    const name = `${delivery.topic}/${delivery.partition}`;
    const known = last.get(name);
    if (known === undefined || known.offset < delivery.offset) last.set(name, delivery);
  }
  return [...last.values()].map(({ topic, partition, offset }) => ({ topic, partition, offset: String(offset + 1n) }));
}

const AGAIN_AFTER_MS = 250;
const OUTAGE_MAX_MS = 300_000;

/** A client that has begun outlives outages; one that begins in one does not. @throws what does not pass, or has not in five minutes */
async function onceThere(begin: () => Promise<void>, signal: AbortSignal): Promise<void> {
  const beganMs = performance.now();
  while (!signal.aborted) {
    try {
      await begin();
      return;
    } catch (error) {
      if (!isOutage(error) || performance.now() - beganMs > OUTAGE_MAX_MS) throw error;
      await pause(AGAIN_AFTER_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** Whether nobody answered, however often it was tried; what a broker says is something else. */
function isOutage(error: unknown): boolean {
  const last = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return last instanceof Error && /^KafkaJS(?:Connection|ConnectionClosed|RequestTimeout)Error$/.test(last.name);
}

/** What the client failed with, as something that passes; the cause is kept. */
export function unavailable(error: unknown): Fault {
  const reason = connectionReason(error) ?? (error instanceof Error ? error.name : 'unknown');
  return new Fault('internal.bus-unavailable', { reason }, error);
}

async function stop(consumer: Consumer): Promise<void> {
  await consumer.disconnect().catch(() => undefined);
}

function deliveryOf(topic: string, partition: number, epoch: number, message: KafkaMessage): KafkaDelivery {
  const { value, key, offset } = message;
  return {
    octets: value ?? new Uint8Array(0),
    headers: headersOf(message.headers),
    key: key?.toString('utf8'),
    place: `${topic}/${partition}/${offset}`,
    atMs: isOfTheLog(message) ? Number(message.timestamp) : undefined,
    topic,
    partition,
    offset: BigInt(offset),
    epoch,
  };
}

const LOG_APPEND_TIME = 1;

/** Whether the broker wrote the time, and not who sent the message: kafkajs has it, and its types do not. */
function isOfTheLog(message: KafkaMessage & { readonly batchContext?: { readonly timestampType?: number } }): boolean {
  return message.batchContext?.timestampType === LOG_APPEND_TIME;
}
