import { setTimeout as pause } from 'node:timers/promises';
import type { JsMsg } from '@nats-io/jetstream';
import { JetStreamApiError, jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Delivery, Inlet } from '@parley/bus';
import { Fault } from '@parley/core';
import { optional, port, requireOptions, shapeOf, TEXT, whole } from '@parley/core/internal';
import { headersOf } from './nats-headers.ts';

export interface NatsInletOptions {
  /** Yours: it is not closed. With `maxReconnectAttempts: -1` it outlives every outage of its server. */
  readonly connection: NatsConnection;
  readonly stream: string;
  /** A durable consumer of the stream, with explicit acknowledgement. */
  readonly consumer: string;
  /** Messages that were fetched and not taken yet. Default 512. */
  readonly prefetchMessages?: number | undefined;
  /** For the server to confirm an acknowledgement. Default 10,000. */
  readonly acknowledgeTimeoutMs?: number | undefined;
}

/** A message of a stream; its key is its subject, its time that of the server. */
export interface NatsDelivery extends Delivery {
  readonly message: JsMsg;
}

const OPTIONS = shapeOf<NatsInletOptions>({
  connection: port<NatsConnection>('isClosed', 'publish'),
  stream: TEXT,
  consumer: TEXT,
  prefetchMessages: optional(whole(1)),
  acknowledgeTimeoutMs: optional(whole(1)),
});

const REOPEN_AFTER_MS = 250;
const NANOS_PER_MS = 1_000_000n;

/**
 * Messages of a durable consumer of a JetStream stream.
 * @throws Fault `caller.option-invalid`
 */
export function natsInlet(options: NatsInletOptions): Inlet<NatsDelivery> {
  requireOptions(OPTIONS, options, 'options');
  const { connection, stream, consumer, prefetchMessages = 512, acknowledgeTimeoutMs = 10_000 } = options;
  async function* fetched(signal: AbortSignal): AsyncGenerator<NatsDelivery, void, undefined> {
    const found = await jetstream(connection).consumers.get(stream, consumer);
    const messages = await found.consume({ max_messages: prefetchMessages });
    const stop = (): void => void messages.close();
    signal.addEventListener('abort', stop, { once: true });
    try {
      if (signal.aborted) return;
      for await (const message of messages) yield deliveryOf(stream, message);
    } finally {
      signal.removeEventListener('abort', stop);
      await messages.close();
    }
  }
  return {
    async *deliveries(signal) {
      while (!signal.aborted) {
        try {
          yield* fetched(signal);
        } catch (error) {
          if (isMissing(error))
            throw new Fault('caller.option-invalid', { option: 'consumer', got: `${stream}/${consumer}` }, error);
          if (connection.isClosed()) throw new Fault('internal.bus-unavailable', { reason: 'closed' }, error);
        }
        // The server went away under it.
        await pause(REOPEN_AFTER_MS, undefined, { signal }).catch(() => undefined);
      }
    },
    async acknowledge(deliveries) {
      await Promise.all(
        deliveries.map(async ({ message }) =>
          message.ackAck({ timeout: acknowledgeTimeoutMs }).catch((error: unknown) => {
            throw new Fault('internal.bus-unavailable', { reason: 'acknowledgement' }, error);
          }),
        ),
      );
    },
    close: async () => undefined,
  };
}

function deliveryOf(stream: string, message: JsMsg): NatsDelivery {
  return {
    octets: message.data,
    headers: headersOf(message.headers),
    key: message.subject,
    place: `${stream}/${message.seq}`,
    atMs: Number(message.timestampNanos / NANOS_PER_MS),
    message,
  };
}

const CONSUMER_NOT_FOUND = 10_014;
const STREAM_NOT_FOUND = 10_059;

function isMissing(error: unknown): boolean {
  return error instanceof JetStreamApiError && (error.code === CONSUMER_NOT_FOUND || error.code === STREAM_NOT_FOUND);
}
