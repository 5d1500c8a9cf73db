import type { JetStreamClient } from '@nats-io/jetstream';
import { JetStreamApiError, jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { OutgoingMessage, Outlet, Unsendable } from '@parley/bus';
import { Fault } from '@parley/core';
import {
  callback,
  connectionReason,
  either,
  optional,
  port,
  requireOptions,
  shapeOf,
  TEXT,
  whole,
} from '@parley/core/internal';
import { natsHeaders } from './nats-headers.ts';

export interface NatsOutletOptions {
  /** Yours: it is not closed. */
  readonly connection: NatsConnection;
  /** Where messages go: a subject that a stream takes. */
  readonly subject: string | ((message: OutgoingMessage) => string);
  /** For the stream to say that it has a message. Default 10,000. */
  readonly storeTimeoutMs?: number | undefined;
}

const OPTIONS = shapeOf<NatsOutletOptions>({
  connection: port<NatsConnection>('isClosed', 'publish'),
  subject: either(TEXT, callback()),
  storeTimeoutMs: optional(whole(1)),
});

/**
 * Publishes to a JetStream stream, which takes a message once within its `duplicate_window`, however often it is sent.
 * @throws Fault `caller.option-invalid`
 */
export function natsOutlet(options: NatsOutletOptions): Outlet {
  requireOptions(OPTIONS, options, 'options');
  const { connection, subject, storeTimeoutMs = 10_000 } = options;
  const stream = streamsOf(connection);
  const subjectOf = typeof subject === 'string' ? () => subject : subject;
  const publish = async (message: OutgoingMessage): Promise<Unsendable | undefined> => {
    const { id, octets } = message;
    const headers = natsHeaders(message.headers);
    const most = connection.info?.max_payload ?? Number.POSITIVE_INFINITY;
    // The server counts the headers, too; it says how much is too much by ending the connection.
    const needed = octets.length + headersBytes(message) + RESERVE_BYTES;
    if (needed > most)
      return { message, code: 'internal.bus-refused', reason: `${needed} octets where max_payload is ${most}` };
    try {
      await stream.publish(subjectOf(message), octets, { msgID: id, headers, timeout: storeTimeoutMs });
      return undefined;
    } catch (error) {
      if (isTooLarge(error)) return { message, code: 'internal.bus-refused', reason: 'too large for its stream' };
      throw new Fault('internal.bus-unavailable', { reason: reasonOf(error) }, error);
    }
  };
  return {
    async send(messages) {
      const sent = await Promise.allSettled(messages.map(publish));
      const failed = sent.find((outcome) => outcome.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
      return sent.flatMap((outcome) =>
        outcome.status === 'fulfilled' && outcome.value !== undefined ? [outcome.value] : [],
      );
    },
    close: async () => undefined,
  };
}

/** @throws Fault `caller.option-invalid` a connection that is none of NATS's */
function streamsOf(connection: NatsConnection): JetStreamClient {
  try {
    return jetstream(connection);
  } catch (error) {
    throw new Fault('caller.option-invalid', { option: 'connection', wanted: 'a NatsConnection' }, error);
  }
}

const MESSAGE_SIZE_EXCEEDED = 10_054;

/** A stream may take less than its server. */
function isTooLarge(error: unknown): boolean {
  return error instanceof JetStreamApiError && error.apiError().err_code === MESSAGE_SIZE_EXCEEDED;
}

/** `NATS/1.0`, the id, and line ends. */
const RESERVE_BYTES = 256;

function headersBytes({ headers }: OutgoingMessage): number {
  return Object.entries(headers).reduce((sum, [name, value]) => sum + 3 * (name.length + value.length) + 4, 0);
}

function reasonOf(error: unknown): string {
  return connectionReason(error) ?? (error instanceof Error ? error.name : 'unknown');
}
