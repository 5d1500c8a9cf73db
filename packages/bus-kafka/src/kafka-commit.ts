import type { Commit, CommitBatch, OutgoingMessage } from '@parley/bus';
import { refused } from '@parley/bus';
import { Fault } from '@parley/core';
import { optional, port, requireOptions, shapeOf, TEXT, whole } from '@parley/core/internal';
import type { Admin, Kafka, Producer, Transaction } from 'kafkajs';
import type { KafkaDelivery, KafkaInlet } from './kafka-inlet.ts';
import { NAME, offsetsAfter, unavailable } from './kafka-inlet.ts';
import { RecordBatches, recordOf } from './record-batches.ts';

export interface KafkaCommitOptions {
  readonly kafka: Kafka;
  readonly inlet: KafkaInlet;
  /** For results. */
  readonly topic: string;
  readonly deadLetterTopic: string;
  /** Begins the transactional ids. The same for all relays of a group, and for no other. Default: the group's. */
  readonly transactionalIdPrefix?: string | undefined;
  /** `message.max.bytes` of both topics. Where that is less, it is found out when a topic refuses a message. Default 1,000,000. */
  readonly messageBytesMax?: number | undefined;
  /** After which a broker ends a transaction of a relay that is gone. Default 30,000. */
  readonly transactionTimeoutMs?: number | undefined;
}

const OPTIONS = shapeOf<KafkaCommitOptions>({
  kafka: port<Kafka>('consumer', 'producer', 'admin'),
  inlet: port<KafkaInlet>('deliveries', 'isOurs'),
  topic: NAME,
  deadLetterTopic: NAME,
  transactionalIdPrefix: optional(TEXT),
  messageBytesMax: optional(whole(1)),
  transactionTimeoutMs: optional(whole(1)),
});

/** One partition that this relay writes for. */
interface Writer {
  readonly producer: Producer;
  readonly epoch: number;
  /** The first offset whose result is not committed. */
  from: bigint;
}

/**
 * Results, dead letters and the offsets of what they come from, in one Kafka transaction for each partition: who reads
 * `read_committed` sees each result once, whatever happens to relays and brokers.
 *
 * @throws Fault `caller.option-invalid`
 */
export function kafkaCommit(options: KafkaCommitOptions): Commit<KafkaDelivery> & { close(): Promise<void> } {
  requireOptions(OPTIONS, options, 'options');
  const writers = new Writers(options);
  const commit = async (batch: CommitBatch<KafkaDelivery>): Promise<void> => {
    const partitions = new Map<string, KafkaDelivery[]>();
    // What was given to another reader meanwhile is that one's.
    for (const delivery of batch.deliveries.filter((each) => options.inlet.isOurs(each))) {
      const name = `${delivery.topic}-${delivery.partition}`;
      partitions.set(name, [...(partitions.get(name) ?? []), delivery]);
    }
    const outgoing = new Map([...batch.results.map(named(false)), ...batch.deadLetters.map(named(true))]);
    await Promise.all(
      [...partitions].map(async ([name, deliveries]) => await writers.write(name, deliveries, outgoing)),
    );
  };
  return Object.assign(commit, { close: async () => await writers.close() });
}

interface Outgoing {
  readonly message: OutgoingMessage;
  readonly isDead: boolean;
}

function named(isDead: boolean): (message: OutgoingMessage) => readonly [string, Outgoing] {
  return (message) => [message.id, { message, isDead }];
}

class Writers {
  readonly #options: KafkaCommitOptions;
  readonly #writers = new Map<string, Writer>();
  readonly #records: RecordBatches;
  #admin: Promise<Admin> | undefined;

  constructor(options: KafkaCommitOptions) {
    this.#options = options;
    this.#records = new RecordBatches(options.messageBytesMax);
  }

  async write(
    name: string,
    deliveries: readonly KafkaDelivery[],
    outgoing: ReadonlyMap<string, Outgoing>,
  ): Promise<void> {
    const [first] = deliveries;
    if (first === undefined) return;
    try {
      const writer = await this.#writer(name, first);
      const { producer, from } = writer;
      // Those before were committed, by a reader that was here, or by us in a transaction of which we heard nothing.
      const left = deliveries.filter(({ offset }) => offset >= from);
      if (left.length === 0) return;
      let transaction = await producer.transaction();
      while (!(await this.#areTaken(transaction, left, outgoing))) {
        await transaction.abort();
        transaction = await producer.transaction();
      }
      const topics = offsetsAfter(left).map(({ topic, partition, offset }) => ({
        topic,
        partitions: [{ partition, offset }],
      }));
      await transaction.sendOffsets({ consumerGroupId: this.#options.inlet.groupId, topics });
      await transaction.commit();
      this.#records.forget();
      // After a rebalance the same may come once more.
      writer.from = left.reduce((last, { offset }) => (offset >= last ? offset + 1n : last), from);
    } catch (error) {
      // Whether it was committed is asked when it begins anew.
      await this.#forget(name);
      throw error instanceof Fault ? error : unavailable(error);
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#writers.keys()].map(async (name) => await this.#forget(name)));
    await (await this.#admin?.catch(() => undefined))?.disconnect().catch(() => undefined);
  }

  /**
   * The writer of a partition. safety: connecting ends what another has begun under the id and fences it, so that the offset that
   * is asked for then is the last word.
   */
  async #writer(name: string, { topic, partition, epoch }: KafkaDelivery): Promise<Writer> {
    const known = this.#writers.get(name);
    if (known?.epoch === epoch) return known;
    await this.#forget(name);
    const { kafka, inlet, transactionalIdPrefix = inlet.groupId, transactionTimeoutMs = 30_000 } = this.#options;
    const producer = kafka.producer({
      transactionalId: `${transactionalIdPrefix}-${name}`,
      idempotent: true,
      maxInFlightRequests: 1,
      transactionTimeout: transactionTimeoutMs,
    });
    await producer.connect();
    this.#admin ??= adminOf(kafka);
    const admin = await this.#admin.catch((error: unknown) => {
      this.#admin = undefined;
      throw error;
    });
    const [committed] = await admin.fetchOffsets({ groupId: inlet.groupId, topics: [topic] });
    const offset = committed?.partitions.find((each) => each.partition === partition)?.offset ?? '-1';
    const writer = { producer, epoch, from: BigInt(offset) };
    this.#writers.set(name, writer);
    return writer;
  }

  /** Whether the topics have taken all of it; if not, it is known for the next transaction what they do not. @throws Fault `internal.bus-refused` a dead letter that its topic does not take */
  async #areTaken(
    transaction: Transaction,
    deliveries: readonly KafkaDelivery[],
    outgoing: ReadonlyMap<string, Outgoing>,
  ): Promise<boolean> {
    const { topic, deadLetterTopic } = this.#options;
    // One that came twice has one result.
    const places = new Set(deliveries.map(({ place }) => place));
    const all = [...places].flatMap((place) => outgoing.get(place) ?? []);
    const messagesOf = (isDead: boolean): OutgoingMessage[] =>
      all.filter((each) => each.isDead === isDead).map(({ message }) => message);
    const results = this.#records.of(topic, messagesOf(false));
    const dead = [...messagesOf(true), ...results.unsendable.map(refused)];
    const deadLetters = this.#records.of(deadLetterTopic, dead);
    const [lost] = deadLetters.unsendable;
    if (lost !== undefined) throw new Fault(lost.code, { reason: lost.reason, place: lost.message.id });
    const batches = [
      ...results.batches.map((batch) => [topic, batch] as const),
      ...deadLetters.batches.map((batch) => [deadLetterTopic, batch] as const),
    ];
    for (const [to, batch] of batches) {
      try {
        await transaction.sendBatch({ topicMessages: [{ topic: to, messages: batch.map(recordOf) }] });
      } catch (error) {
        this.#records.learn(to, batch, error);
        return false;
      }
    }
    return true;
  }

  async #forget(name: string): Promise<void> {
    const writer = this.#writers.get(name);
    this.#writers.delete(name);
    await writer?.producer.disconnect().catch(() => undefined);
  }
}

async function adminOf(kafka: Kafka): Promise<Admin> {
  const admin = kafka.admin();
  await admin.connect();
  return admin;
}
