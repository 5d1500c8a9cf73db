import type { Message, Offsets, ProducerConfig, TopicMessages } from 'kafkajs';
import type {
  PlatformaticLibrary,
  PlatformaticMember,
  PlatformaticProducer,
  PlatformaticRecord,
  PlatformaticTransaction,
} from './platformatic-types.ts';

const ENCODER = new TextEncoder();
/** Said to be asked by somebody, a broker refuses whoever comes next under the same transactional id. */
const NOBODY = { producerId: -1n, producerEpoch: -1 };
/** All replicas. */
const ACKS = -1;

/** A producer of the library in the shape of kafkajs's, as far as `kafkaOutlet` and `kafkaCommit` use that. */
export class TopicWriter {
  readonly #producer: PlatformaticProducer;
  readonly #isTransactional: boolean;
  readonly #memberOf: (groupId: string) => PlatformaticMember;

  constructor(
    library: PlatformaticLibrary,
    client: object,
    { transactionalId, transactionTimeout }: ProducerConfig,
    memberOf: (groupId: string) => PlatformaticMember,
  ) {
    this.#isTransactional = transactionalId !== undefined;
    this.#memberOf = memberOf;
    this.#producer = new library.Producer({
      ...client,
      idempotent: true,
      ...(transactionalId === undefined ? {} : { transactionalId }),
      // It has no other limit for transactions.
      ...(transactionTimeout === undefined ? {} : { timeout: transactionTimeout }),
    });
  }

  /** Ends what another has begun under the id, and fences it. */
  async connect(): Promise<void> {
    if (this.#isTransactional) await (await this.#producer.beginTransaction(NOBODY)).cancel();
  }

  async sendBatch({ topicMessages = [] }: { readonly topicMessages?: readonly TopicMessages[] }): Promise<void> {
    await this.#producer.send({ messages: recordsOf(topicMessages), acks: ACKS });
  }

  async transaction(): Promise<WriterTransaction> {
    return new WriterTransaction(await this.#producer.beginTransaction(NOBODY), this.#memberOf);
  }

  async disconnect(): Promise<void> {
    await this.#producer.close(true);
  }
}

class WriterTransaction {
  readonly #transaction: PlatformaticTransaction;
  readonly #memberOf: (groupId: string) => PlatformaticMember;

  constructor(transaction: PlatformaticTransaction, memberOf: (groupId: string) => PlatformaticMember) {
    this.#transaction = transaction;
    this.#memberOf = memberOf;
  }

  async sendBatch({ topicMessages = [] }: { readonly topicMessages?: readonly TopicMessages[] }): Promise<void> {
    await this.#transaction.send({ messages: recordsOf(topicMessages), acks: ACKS });
  }

  /** With generation and member, by which the broker knows who has lost its partitions meanwhile. */
  async sendOffsets({ consumerGroupId, topics }: Offsets & { readonly consumerGroupId: string }): Promise<void> {
    const member = this.#memberOf(consumerGroupId);
    await this.#transaction.addConsumer(member);
    for (const { topic, partitions } of topics)
      for (const { partition, offset } of partitions)
        await this.#transaction.addOffset({
          topic,
          partition,
          offset: BigInt(offset) - 1n,
          metadata: { consumer: member },
        });
  }

  async commit(): Promise<void> {
    await this.#transaction.commit();
  }

  async abort(): Promise<void> {
    await this.#transaction.abort();
  }
}

function recordsOf(topicMessages: readonly TopicMessages[]): readonly PlatformaticRecord[] {
  return topicMessages.flatMap(({ topic, messages }) => messages.map((message) => recordOf(topic, message)));
}

function recordOf(topic: string, { key, value, headers = {}, partition }: Message): PlatformaticRecord {
  const named = Object.entries(headers).map(([name, text]) => [octetsOf(name), octetsOf(String(text))] as const);
  return {
    topic,
    ...(partition === undefined ? {} : { partition }),
    ...(key === null || key === undefined ? {} : { key: octetsOf(key) }),
    value: value === null ? new Uint8Array(0) : octetsOf(value),
    headers: new Map(named),
  };
}

function octetsOf(value: string | Uint8Array): Uint8Array {
  const octets = typeof value === 'string' ? ENCODER.encode(value) : value;
  return Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength);
}
