import type { Kind } from '@parley/core/internal';
import { optional, port, requireOptions, shapeOf, whole } from '@parley/core/internal';
import type { Admin, Kafka } from 'kafkajs';
import type { Unit } from '../job/names.ts';
import type { TakenUnit, WorkQueue } from '../units/work-queue.ts';
import { committedOffsets } from './committed-offsets.ts';
import { unavailable } from './unavailable.ts';
import { recordOf, UnitRecords } from './unit-records.ts';

export interface KafkaQueueOptions {
  readonly kafka: Kafka;
  /** Of the topic of a job: no more processes have something to do at once. Default 64. */
  readonly partitions?: number | undefined;
  /** How long nobody hears of a process before others get its pieces; between what brokers allow, 6 s to 30 min as they come. Default 30 s. */
  readonly silenceMaxMs?: number | undefined;
}

/** Pieces that a Kafka cluster hands out. */
export interface KafkaQueue extends WorkQueue {
  /** Leaves what is not done to others. */
  close(): Promise<void>;
}

const OPTIONS: Kind<KafkaQueueOptions> = shapeOf<KafkaQueueOptions>({
  kafka: port<Kafka>('consumer', 'producer', 'admin'),
  partitions: optional(whole(1)),
  silenceMaxMs: optional(whole(1000)),
});

const PARTITIONS = 64;
const SILENCE_MAX_MS = 30_000;
const TAKE_MS = 1000;
const TRANSACTION_TIMEOUT_MS = 30_000;

/**
 * Pieces of archives as records of a topic for each job, read by a consumer group, and deleted when all is done. Every process makes what is not there. Pieces are
 * offered in a transaction, so that of those who begin together one offers; that one is done is an offset of the group.
 * @throws Fault `caller.option-invalid`; its methods `internal.bus-unavailable`
 */
export function kafkaQueue(options: KafkaQueueOptions): KafkaQueue {
  requireOptions(OPTIONS, options, 'options');
  return new TopicQueue(options);
}

interface Made {
  readonly admin: Admin;
  readonly records: UnitRecords;
}

class TopicQueue implements KafkaQueue {
  readonly #kafka: Kafka;
  readonly #partitions: number;
  readonly #silenceMaxMs: number;
  #topic = '';
  #there: Made | undefined;

  constructor({ kafka, partitions = PARTITIONS, silenceMaxMs = SILENCE_MAX_MS }: KafkaQueueOptions) {
    this.#kafka = kafka;
    this.#partitions = partitions;
    this.#silenceMaxMs = silenceMaxMs;
  }

  async open(job: string): Promise<void> {
    this.#topic = `parley-archive-${job}`;
    await this.#asked(async () => undefined);
  }

  async offer(units: readonly Unit[]): Promise<void> {
    await this.#asked(async (made) => {
      if (!(await this.#isOut(made))) await this.#offered(made, units);
    });
  }

  async take(): Promise<TakenUnit | undefined> {
    return await this.#asked(({ records }) => records.next(TAKE_MS));
  }

  async finish(): Promise<void> {
    await this.close();
    // Another may have done so, and what is left behind are only names: nobody is asked twice.
    const admin = this.#kafka.admin({ retry: { retries: 0 } });
    const groups = [this.#topic, this.#offers];
    await admin.connect().catch(() => undefined);
    await admin.deleteTopics({ topics: [this.#topic] }).catch(() => undefined);
    for (const group of groups) await admin.deleteGroups([group]).catch(() => undefined);
    await admin.disconnect().catch(() => undefined);
  }

  async close(): Promise<void> {
    const { admin, records } = this.#there ?? {};
    this.#there = undefined;
    await records?.end();
    await admin?.disconnect().catch(() => undefined);
  }

  /** A group without a reader, whose offsets say up to where pieces were offered. */
  get #offers(): string {
    return `${this.#topic}-offers`;
  }

  /** A broker that is away, or a topic that another has deleted: next time everything is made anew. */
  async #asked<T>(ask: (made: Made) => Promise<T>): Promise<T> {
    try {
      return await ask(await this.#made());
    } catch (error) {
      await this.close();
      throw unavailable(error);
    }
  }

  async #made(): Promise<Made> {
    if (this.#there?.records.isLost === true) await this.close();
    if (this.#there !== undefined) return this.#there;
    const admin = this.#kafka.admin();
    const records = new UnitRecords(this.#kafka, this.#topic, this.#silenceMaxMs);
    try {
      await admin.connect();
      await admin.createTopics({
        topics: [{ topic: this.#topic, numPartitions: this.#partitions }],
        waitForLeaders: true,
      });
      await records.begin();
      this.#there = { admin, records };
      return this.#there;
    } catch (error) {
      await records.end();
      await admin.disconnect().catch(() => undefined);
      throw error;
    }
  }

  /** Whether something was offered that is not done. */
  async #isOut({ admin, records }: Made): Promise<boolean> {
    const [offered, done] = await Promise.all([
      committedOffsets(admin, this.#offers, this.#topic),
      committedOffsets(admin, this.#topic, this.#topic),
    ]);
    const left = [...offered].filter(([partition, end]) => (done.get(partition) ?? 0n) < end);
    for (const [partition] of left) records.again(partition, done.get(partition) ?? 0n);
    return left.length > 0;
  }

  async #offered(made: Made, units: readonly Unit[]): Promise<void> {
    const topic = this.#topic;
    const producer = this.#kafka.producer({
      transactionalId: this.#offers,
      idempotent: true,
      maxInFlightRequests: 1,
      transactionTimeout: TRANSACTION_TIMEOUT_MS,
      allowAutoTopicCreation: false,
    });
    try {
      // This ends what another has begun, and fences it: what is asked for then is the last word.
      await producer.connect();
      if (await this.#isOut(made)) return;
      const partitions = (await made.admin.fetchTopicOffsets(topic)).length;
      const transaction = await producer.transaction();
      try {
        const sent = await transaction.send({ topic, messages: units.map((unit) => recordOf(unit, partitions)) });
        const countIn = (partition: number): number =>
          units.filter(({ number }) => number % partitions === partition).length;
        const ends = sent.map(({ partition, baseOffset = '0' }) => ({
          partition,
          offset: String(BigInt(baseOffset) + BigInt(countIn(partition))),
        }));
        await transaction.sendOffsets({ consumerGroupId: this.#offers, topics: [{ topic, partitions: ends }] });
        await transaction.commit();
      } catch (error) {
        await transaction.abort().catch(() => undefined);
        throw error;
      }
    } finally {
      await producer.disconnect().catch(() => undefined);
    }
  }
}
