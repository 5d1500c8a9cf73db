import { setTimeout as pause } from 'node:timers/promises';
import type { ConsumerConfig, EachBatchPayload, KafkaMessage, TopicPartitionOffset } from 'kafkajs';
import type {
  PlatformaticConsumer,
  PlatformaticLibrary,
  PlatformaticMessage,
  PlatformaticStream,
} from './platformatic-types.ts';

type Handler = (payload: EachBatchPayload) => Promise<void>;
type Listener = (event: { readonly payload: object }) => void;

const ENCODING = new TextDecoder();
const FETCH_MS = 200;
const AGAIN_MS = 500;
/** One behind the other, for which it takes several minutes with the tries of the library itself. */
const FAILURES_MAX = 60;
/** READ_COMMITTED. */
const ISOLATION_LEVEL = 1;

/**
 * A reader of the library in the shape of kafkajs's, as far as `kafkaInlet` uses that. It reads each time that it joins with a new stream: one that goes on would keep its
 * place in partitions that were lost and came back, behind messages that nobody has acknowledged.
 */
export class GroupReader {
  readonly events = { GROUP_JOIN: 'join', CRASH: 'crash' } as const;
  readonly #library: PlatformaticLibrary;
  readonly #client: object;
  readonly #config: ConsumerConfig;
  readonly #joined: (consumer: PlatformaticConsumer) => void;
  readonly #listeners = new Map<string, Listener[]>();
  #subscription: { readonly topics: readonly string[]; readonly fromBeginning: boolean } | undefined;
  #consumer: PlatformaticConsumer | undefined;
  #reading: Promise<void> = Promise.resolve();
  #isOver = false;
  #endStream: () => void = () => undefined;

  constructor(
    library: PlatformaticLibrary,
    client: object,
    config: ConsumerConfig,
    joined: (consumer: PlatformaticConsumer) => void,
  ) {
    this.#library = library;
    this.#client = client;
    this.#config = config;
    this.#joined = joined;
  }

  on(event: string, listener: Listener): void {
    this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), listener]);
  }

  async connect(): Promise<void> {
    const { groupId, sessionTimeout, heartbeatInterval, maxWaitTimeInMs = FETCH_MS } = this.#config;
    this.#consumer = new this.#library.Consumer({
      ...this.#client,
      groupId,
      sessionTimeout,
      heartbeatInterval,
      maxWaitTime: maxWaitTimeInMs,
      isolationLevel: ISOLATION_LEVEL,
      autocommit: false,
    });
    this.#consumer.on('consumer:group:join', () => this.#endStream());
  }

  async subscribe({
    topics,
    fromBeginning = false,
  }: {
    topics: readonly string[];
    fromBeginning?: boolean;
  }): Promise<void> {
    this.#subscription = { topics, fromBeginning };
  }

  async run({ eachBatch }: { readonly eachBatch: Handler }): Promise<void> {
    this.#reading = this.#read(eachBatch).catch((error: unknown) =>
      this.#tell(this.events.CRASH, { error, restart: false }),
    );
  }

  async commitOffsets(offsets: readonly TopicPartitionOffset[]): Promise<void> {
    const of = offsets.map(({ topic, partition, offset }) => ({
      topic,
      partition,
      offset: BigInt(offset),
      leaderEpoch: -1,
    }));
    if (of.length > 0) await this.#consumer?.commit({ offsets: of });
  }

  async disconnect(): Promise<void> {
    this.#isOver = true;
    this.#endStream();
    await this.#consumer?.close(true);
    await this.#reading;
  }

  async #stream(): Promise<PlatformaticStream> {
    const { topics = [], fromBeginning = true } = this.#subscription ?? {};
    const consumer = this.#consumer;
    if (consumer === undefined) throw new Error('not connected');
    const fallbackMode = fromBeginning ? 'earliest' : 'latest';
    const stream = await consumer.consume({ topics: [...topics], mode: 'committed', fallbackMode, autocommit: false });
    const generation = consumer.generationId;
    this.#endStream = () => {
      if (this.#isOver || consumer.generationId !== generation) void stream.close().catch(() => undefined);
    };
    this.#joined(consumer);
    const assigned = (consumer.assignments ?? []).map(({ topic, partitions }) => [topic, partitions]);
    this.#tell(this.events.GROUP_JOIN, { memberAssignment: Object.fromEntries(assigned) as object });
    return stream;
  }

  async #read(eachBatch: Handler): Promise<void> {
    let failures = 0;
    while (!this.#isOver) {
      try {
        for await (const message of await this.#stream()) {
          failures = 0;
          if (!this.#isOver) await eachBatch(this.#batchOf(message));
        }
      } catch (error) {
        if (this.#isOver) return;
        // A broker that is away comes back, or does not.
        if (++failures === FAILURES_MAX) throw error;
        await pause(AGAIN_MS);
      }
    }
  }

  #batchOf(message: PlatformaticMessage): EachBatchPayload {
    const { topic, partition } = message;
    return {
      batch: { topic, partition, messages: [recordOf(message)] },
      heartbeat: async () => undefined,
      resolveOffset: () => undefined,
      isRunning: () => !this.#isOver,
      isStale: () => false,
    } as unknown as EachBatchPayload;
  }

  #tell(event: string, payload: object): void {
    for (const listener of this.#listeners.get(event) ?? []) listener({ payload });
  }
}

function recordOf({ key, value, offset, timestamp, headers }: PlatformaticMessage): KafkaMessage {
  const named = [...headers].map(([name, text]) => [ENCODING.decode(name), ENCODING.decode(text)]);
  return {
    key: key ?? null,
    value: value ?? null,
    offset: String(offset),
    timestamp: String(timestamp),
    headers: Object.fromEntries(named) as Record<string, string>,
  } as unknown as KafkaMessage;
}
