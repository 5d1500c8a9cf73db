import type { OutgoingMessage, Outlet, Unsendable } from '@parley/bus';
import { optional, port, requireOptions, shapeOf, whole } from '@parley/core/internal';
import type { Kafka, Message, TopicMessages } from 'kafkajs';
import { NAME, unavailable } from './kafka-inlet.ts';

export interface KafkaOutletOptions {
  readonly kafka: Kafka;
  readonly topic: string;
  /** `message.max.bytes` of the topic. Default 1,000,000. */
  readonly messageBytesMax?: number | undefined;
}

const OPTIONS = shapeOf<KafkaOutletOptions>({
  kafka: port<Kafka>('consumer', 'producer', 'admin'),
  topic: NAME,
  messageBytesMax: optional(whole(1)),
});

/**
 * Sends to a Kafka topic, with an idempotent producer; the key of a message chooses its partition. After a crash of this process
 * messages are sent again: for exactly once use `kafkaCommit`.
 *
 * @throws Fault `caller.option-invalid`
 */
export function kafkaOutlet(options: KafkaOutletOptions): Outlet {
  requireOptions(OPTIONS, options, 'options');
  const { kafka, topic, messageBytesMax = MESSAGE_BYTES_MAX } = options;
  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
  let connecting: Promise<void> | undefined;
  return {
    async send(messages) {
      const { fit, unsendable } = sorted(messages, messageBytesMax);
      if (fit.length === 0) return unsendable;
      try {
        connecting ??= producer.connect();
        await connecting;
        for (const topicMessages of batchesFor(topic, fit, messageBytesMax))
          await producer.sendBatch({ topicMessages });
      } catch (error) {
        connecting = undefined;
        throw unavailable(error);
      }
      return unsendable;
    },
    close: async () => await producer.disconnect().catch(() => undefined),
  };
}

export const MESSAGE_BYTES_MAX = 1_000_000;

/** Those that a topic takes, and those that it does not. */
export function sorted(
  messages: readonly OutgoingMessage[],
  messageBytesMax: number,
): { readonly fit: readonly OutgoingMessage[]; readonly unsendable: readonly Unsendable[] } {
  const fit: OutgoingMessage[] = [];
  const unsendable: Unsendable[] = [];
  for (const message of messages) {
    const sizeBytes = sizeOf(message);
    if (sizeBytes <= messageBytesMax) fit.push(message);
    else
      unsendable.push({
        message,
        code: 'internal.bus-refused',
        reason: `${sizeBytes} octets where messageBytesMax is ${messageBytesMax}`,
      });
  }
  return { fit, unsendable };
}

/** Octets around a record, of lengths, times and the batch it is in. */
const RECORD_BYTES = 128;

function sizeOf({ octets, headers, key = '' }: OutgoingMessage): number {
  const texts = Object.entries(headers).reduce((sum, [name, value]) => sum + 3 * (name.length + value.length) + 8, 0);
  return octets.length + texts + 3 * key.length + RECORD_BYTES;
}

/** What is sent at once: kafkajs makes one record batch for each partition, and a topic takes none that is larger than a message may be. */
export function batchesFor(
  topic: string,
  messages: readonly OutgoingMessage[],
  messageBytesMax: number,
): TopicMessages[][] {
  const batches: TopicMessages[][] = [];
  let records: Message[] = [];
  let sizeBytes = 0;
  for (const message of messages) {
    if (sizeBytes + sizeOf(message) > messageBytesMax || records.length === 0) {
      records = [];
      sizeBytes = 0;
      batches.push([{ topic, messages: records }]);
    }
    records.push(recordOf(message));
    sizeBytes += sizeOf(message);
  }
  return batches;
}

/** kafkajs wants a Buffer: a view, no copy. */
function recordOf({ octets, headers, key, id }: OutgoingMessage): Message {
  const value = Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength);
  return { key: key ?? null, value, headers: { ...headers, 'parley-id': id } };
}
