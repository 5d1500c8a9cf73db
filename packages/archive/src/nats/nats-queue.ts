import type { Consumer, JetStreamClient, JetStreamManager, JsMsg } from '@nats-io/jetstream';
import { AckPolicy, JetStreamApiError, jetstream, jetstreamManager, RetentionPolicy } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { Fault } from '@parley/core';
import type { Kind } from '@parley/core/internal';
import { connectionReason, optional, port, requireOptions, shapeOf, whole } from '@parley/core/internal';
import type { Unit } from '../job/names.ts';
import type { TakenUnit, WorkQueue } from '../units/work-queue.ts';

export interface NatsQueueOptions {
  /** Yours: it is not closed. With `maxReconnectAttempts: -1` it outlives every outage of its server. */
  readonly connection: NatsConnection;
  /** How long nobody hears of who has a piece before it is given to another. Default 30 s. */
  readonly silenceMaxMs?: number | undefined;
}

const OPTIONS: Kind<NatsQueueOptions> = shapeOf<NatsQueueOptions>({
  connection: port<NatsConnection>('isClosed', 'publish'),
  silenceMaxMs: optional(whole(1000)),
});

const SILENCE_MAX_MS = 30_000;
const TAKE_MS = 1000;
const ANSWER_MS = 5000;
const NANOS_PER_MS = 1_000_000;
/** Processes that begin together offer the same. */
const SAME_OFFER_MS = 60_000;
const STREAM_EXISTS = 10_058;
const DURABLE = 'workers';

/**
 * Pieces of archives as a JetStream work queue: a stream for each job, which is deleted when all is done. Every process makes what is not there.
 * @throws Fault `caller.option-invalid`; its methods `internal.bus-unavailable`, and `caller.option-invalid` when the connection is closed
 */
export function natsQueue(options: NatsQueueOptions): WorkQueue {
  requireOptions(OPTIONS, options, 'options');
  return new NatsQueue(options);
}

interface Made {
  readonly manager: JetStreamManager;
  readonly client: JetStreamClient;
  readonly consumer: Consumer;
}

class NatsQueue implements WorkQueue {
  readonly #connection: NatsConnection;
  readonly #silenceMaxMs: number;
  #job = '';
  #manager: JetStreamManager | undefined;
  #client: JetStreamClient | undefined;
  #consumer: Consumer | undefined;

  constructor({ connection, silenceMaxMs = SILENCE_MAX_MS }: NatsQueueOptions) {
    this.#connection = connection;
    this.#silenceMaxMs = silenceMaxMs;
  }

  async open(job: string): Promise<void> {
    this.#job = job;
    await this.#asked(async () => undefined);
  }

  async offer(units: readonly Unit[]): Promise<void> {
    await this.#asked(async ({ manager, client }) => {
      const { state } = await manager.streams.info(this.#stream);
      // What was handed out and is not done is still in there.
      if (state.messages > 0) return;
      for (const { phase, number } of units) {
        const msgID = `${this.#job}-${phase}-${number}`;
        await client.publish(`${this.#stream}.${phase}.${number}`, new Uint8Array(0), { msgID });
      }
    });
  }

  async take(): Promise<TakenUnit | undefined> {
    return await this.#asked(async ({ consumer }) => {
      const message = await consumer.next({ expires: TAKE_MS });
      return message === null ? undefined : this.#taken(message);
    });
  }

  async finish(): Promise<void> {
    // Another may have done so, and what is left behind is only a name.
    await this.#manager?.streams.delete(this.#stream).catch(() => undefined);
    this.#forget();
  }

  get #stream(): string {
    return `parley-archive-${this.#job}`;
  }

  #taken(message: JsMsg): TakenUnit {
    const [, phase, number] = message.subject.split('.');
    const alive = setInterval(() => message.working(), this.#silenceMaxMs / 3);
    const end = async (say: () => unknown): Promise<void> => {
      clearInterval(alive);
      try {
        await say();
      } catch {
        // Unsaid, it is handed out again, and found to be done.
      }
    };
    return {
      unit: { phase: phase === 'index' ? 'index' : 'verify', number: Number(number) },
      done: () => end(() => message.ackAck({ timeout: ANSWER_MS })),
      giveBack: () => end(() => message.nak()),
    };
  }

  #forget(): void {
    this.#manager = undefined;
    this.#client = undefined;
    this.#consumer = undefined;
  }

  /** A server that is away, or a stream that another has deleted: next time everything is made anew. */
  async #asked<T>(ask: (made: Made) => Promise<T>): Promise<T> {
    try {
      return await ask(await this.#made());
    } catch (error) {
      this.#forget();
      if (this.#connection.isClosed())
        throw new Fault('caller.option-invalid', { option: 'connection', reason: 'closed' }, error);
      const reason = connectionReason(error) ?? (error instanceof Error ? error.name : 'unknown');
      throw new Fault('internal.bus-unavailable', { reason }, error);
    }
  }

  /** The stream and its consumer, made if they are not there. */
  async #made(): Promise<Made> {
    this.#manager ??= await jetstreamManager(this.#connection);
    this.#client ??= jetstream(this.#connection);
    if (this.#consumer === undefined) {
      await this.#manager.streams
        .add({
          name: this.#stream,
          subjects: [`${this.#stream}.>`],
          retention: RetentionPolicy.Workqueue,
          duplicate_window: SAME_OFFER_MS * NANOS_PER_MS,
        })
        .catch(unlessThere);
      await this.#manager.consumers.add(this.#stream, {
        durable_name: DURABLE,
        ack_policy: AckPolicy.Explicit,
        ack_wait: this.#silenceMaxMs * NANOS_PER_MS,
      });
      this.#consumer = await this.#client.consumers.get(this.#stream, DURABLE);
    }
    return { manager: this.#manager, client: this.#client, consumer: this.#consumer };
  }
}

function unlessThere(error: unknown): undefined {
  if (error instanceof JetStreamApiError && error.apiError().err_code === STREAM_EXISTS) return undefined;
  throw error;
}
