import { committedReads } from '@parley/bus-kafka';
import type { Consumer, EachBatchPayload, Kafka, KafkaMessage, Message } from 'kafkajs';
import type { Unit } from '../job/names.ts';
import type { TakenUnit } from '../units/work-queue.ts';
import { keeping } from './keeping-assigner.ts';

/** A piece, and where it stands in the topic. */
interface PlacedUnit {
  readonly unit: Unit;
  readonly partition: number;
  readonly offset: string;
}

const HEARTBEAT_MS = 500;
const FETCH_MS = 200;
const UNIT = /^(index|verify)\/(\d{1,9})$/;

/** A piece as a record; pieces one behind the other are in partitions one behind the other. */
export function recordOf({ phase, number }: Unit, partitions: number): Message {
  return { partition: number % partitions, value: `${phase}/${number}` };
}

function unitOf({ value }: KafkaMessage): Unit | undefined {
  const [, phase, number] = UNIT.exec(value?.toString() ?? '') ?? [];
  return phase === undefined ? undefined : { phase: phase === 'index' ? 'index' : 'verify', number: Number(number) };
}

/**
 * Pieces out of the partitions that this process reads as one of a group. Of each partition one piece is known at a time, and the next one is not read before
 * that is done: the group may be dealt anew at any moment, and nobody waits for whoever is at a piece.
 */
export class UnitRecords {
  readonly #topic: string;
  readonly #consumer: Consumer;
  readonly #waiting = new Map<number, PlacedUnit>();
  #inHand: PlacedUnit | undefined;
  #ours: ReadonlySet<number> = new Set();
  #isLost = false;
  #wake: () => void = () => undefined;

  /** @param silenceMaxMs how long nobody hears of a process before others read its partitions */
  constructor(kafka: Kafka, topic: string, silenceMaxMs: number) {
    this.#topic = topic;
    this.#consumer = committedReads(kafka).consumer({
      groupId: topic,
      sessionTimeout: silenceMaxMs,
      heartbeatInterval: HEARTBEAT_MS,
      maxWaitTimeInMs: FETCH_MS,
      partitionAssigners: [keeping(() => (this.#inHand === undefined ? [] : [this.#inHand.partition]))],
      allowAutoTopicCreation: false,
    });
  }

  async begin(): Promise<void> {
    const { events } = this.#consumer;
    this.#consumer.on(events.GROUP_JOIN, ({ payload }) => this.#dealt(payload.memberAssignment[this.#topic] ?? []));
    this.#consumer.on(events.CRASH, ({ payload }) => {
      this.#isLost ||= !payload.restart;
    });
    await this.#consumer.connect();
    await this.#consumer.subscribe({ topic: this.#topic, fromBeginning: true });
    await this.#consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: async (payload) => await this.#read(payload),
    });
  }

  async end(): Promise<void> {
    await this.#consumer.disconnect().catch(() => undefined);
  }

  /** The client has given up: nothing comes any more. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /** The next piece; `undefined` when none has come for so long. */
  async next(waitMs: number): Promise<TakenUnit | undefined> {
    if (this.#waiting.size === 0) {
      const late = setTimeout(() => this.#wake(), waitMs);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      clearTimeout(late);
    }
    const [placed] = this.#waiting.values();
    if (placed === undefined) return undefined;
    this.#waiting.delete(placed.partition);
    this.#inHand = placed;
    return {
      unit: placed.unit,
      done: async () => await this.#end(placed, true),
      giveBack: async () => await this.#end(placed, false),
    };
  }

  /** Reads a partition of ours again from `offset` on, unless it is known what comes next in it. */
  again(partition: number, offset: bigint): void {
    if (!this.#ours.has(partition) || this.#isKnown(partition)) return;
    this.#goOn(partition, String(offset));
  }

  #isKnown(partition: number): boolean {
    return this.#waiting.has(partition) || this.#inHand?.partition === partition;
  }

  /** What was known and not begun comes again, to whomever. */
  #dealt(partitions: readonly number[]): void {
    this.#ours = new Set(partitions);
    this.#waiting.clear();
    const isAwaited = (partition: number): boolean => partition !== this.#inHand?.partition;
    this.#consumer.resume([{ topic: this.#topic, partitions: partitions.filter(isAwaited) }]);
  }

  async #read({ batch: { partition, messages }, resolveOffset }: EachBatchPayload): Promise<void> {
    if (this.#isKnown(partition)) return;
    for (const message of messages) {
      const unit = unitOf(message);
      if (unit !== undefined) {
        this.#consumer.pause([{ topic: this.#topic, partitions: [partition] }]);
        this.#waiting.set(partition, { unit, partition, offset: message.offset });
        this.#wake();
        return;
      }
      // Whatever another has put there.
      await this.#commit(partition, message.offset);
      resolveOffset(message.offset);
    }
  }

  async #end(placed: PlacedUnit, isDone: boolean): Promise<void> {
    const { partition, offset } = placed;
    if (isDone && this.#ours.has(partition)) await this.#commit(partition, offset);
    this.#inHand = undefined;
    if (this.#ours.has(partition)) this.#goOn(partition, isDone ? after(offset) : offset);
  }

  /** Unsaid, it is handed out again, and found to be done: the broker takes it only from whom it has dealt the partitions last. */
  async #commit(partition: number, offset: string): Promise<void> {
    try {
      await this.#consumer.commitOffsets([{ topic: this.#topic, partition, offset: after(offset) }]);
    } catch {
      // What the broker has not taken was not said.
    }
  }

  #goOn(partition: number, offset: string): void {
    try {
      this.#consumer.seek({ topic: this.#topic, partition, offset });
      this.#consumer.resume([{ topic: this.#topic, partitions: [partition] }]);
    } catch {
      // It begins again where it was committed: the client is about to start anew, or has given up.
    }
  }
}

function after(offset: string): string {
  return String(BigInt(offset) + 1n);
}
