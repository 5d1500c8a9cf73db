import type { OutgoingMessage, Outlet, Unsendable } from '@parley/bus';
import { optional, port, requireOptions, shapeOf, whole } from '@parley/core/internal';
import type { Kafka } from 'kafkajs';
import { NAME, unavailable } from './kafka-inlet.ts';
import { RecordBatches, recordOf } from './record-batches.ts';

export interface KafkaOutletOptions {
  readonly kafka: Kafka;
  readonly topic: string;
  /** `message.max.bytes` of the topic. Where that is less, it is found out when the topic refuses a message. Default 1,000,000. */
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
  const { kafka, topic, messageBytesMax } = options;
  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
  const records = new RecordBatches(messageBytesMax);
  let connecting: Promise<void> | undefined;

  async function sent(messages: readonly OutgoingMessage[]): Promise<readonly Unsendable[]> {
    const { batches, unsendable } = records.of(topic, messages);
    const all = [...unsendable];
    for (const batch of batches) {
      connecting ??= producer.connect();
      await connecting;
      try {
        await producer.sendBatch({ topicMessages: [{ topic, messages: batch.map(recordOf) }] });
      } catch (error) {
        records.learn(topic, batch, error);
        all.push(...(await sent(batch)));
      }
    }
    return all;
  }

  return {
    async send(messages) {
      try {
        const unsendable = await sent(messages);
        records.forget();
        return unsendable;
      } catch (error) {
        connecting = undefined;
        throw unavailable(error);
      }
    },
    close: async () => await producer.disconnect().catch(() => undefined),
  };
}
