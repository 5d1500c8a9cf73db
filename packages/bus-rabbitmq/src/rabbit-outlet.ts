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
import type { ConfirmChannel } from 'amqplib';
import { bytesOf, rabbitHeaders, SHORT_TEXT_BYTES_MAX } from './rabbit-headers.ts';
import type { RabbitConnection } from './rabbit-inlet.ts';

export interface RabbitOutletOptions {
  /** Yours: it is not closed. */
  readonly connection: RabbitConnection;
  /** Default: RabbitMQ's own, whose routing keys are names of queues. */
  readonly exchange?: string | undefined;
  readonly routingKey: string | ((message: OutgoingMessage) => string);
  /** `max_message_size` of the server. Default 16 MiB, as RabbitMQ 4 has it. */
  readonly messageBytesMax?: number | undefined;
  /** For RabbitMQ to confirm what is sent at one time. Default 30,000. */
  readonly confirmTimeoutMs?: number | undefined;
}

const OPTIONS = shapeOf<RabbitOutletOptions>({
  connection: port<RabbitConnection>('createChannel', 'createConfirmChannel'),
  exchange: optional(TEXT),
  routingKey: either(TEXT, callback()),
  messageBytesMax: optional(whole(1)),
  confirmTimeoutMs: optional(whole(1)),
});

const MESSAGE_BYTES_MAX = 16 * 1024 * 1024;

interface Link {
  readonly channel: ConfirmChannel;
  /** Ids of messages that no queue took: RabbitMQ returns them before it confirms them. */
  readonly returned: Set<unknown>;
}

/**
 * Publishes persistent messages, and waits for RabbitMQ to confirm each: a quorum queue has it then on most of its nodes. What no queue
 * takes is unsendable.
 *
 * @throws Fault `caller.option-invalid`
 */
export function rabbitOutlet(options: RabbitOutletOptions): Outlet {
  requireOptions(OPTIONS, options, 'options');
  const { connection, exchange = '', routingKey, confirmTimeoutMs = 30_000 } = options;
  const { messageBytesMax = MESSAGE_BYTES_MAX } = options;
  const keyOf = typeof routingKey === 'string' ? () => routingKey : routingKey;
  let link: Promise<Link> | undefined;

  async function opened(): Promise<Link> {
    const channel = await connection.createConfirmChannel();
    const returned = new Set<unknown>();
    channel.on('return', ({ properties }) => void returned.add(properties.messageId));
    channel.on('error', () => undefined).once('close', forget);
    return { channel, returned };
  }

  function forget(): void {
    link = undefined;
  }

  /** Why it can never be sent. */
  function misfit({ octets }: OutgoingMessage, key: string): string | undefined {
    if (octets.length > messageBytesMax) return `${octets.length} octets where messageBytesMax is ${messageBytesMax}`;
    return bytesOf(key) > SHORT_TEXT_BYTES_MAX ? 'its routing key is longer than 255 octets' : undefined;
  }

  async function published({ channel, returned }: Link, message: OutgoingMessage): Promise<Unsendable | undefined> {
    const { id: messageId, octets, headers } = message;
    const key = keyOf(message);
    const reason = misfit(message, key);
    if (reason !== undefined) return refusal(message, reason);
    const properties = { messageId, headers: rabbitHeaders(headers), persistent: true, mandatory: true };
    await new Promise<void>((resolve, reject) => {
      const confirmed = (error: unknown): void => {
        if (error === null || error === undefined) resolve();
        else reject(error);
      };
      channel.publish(exchange, key, asBuffer(octets), properties, confirmed);
    });
    return returned.delete(messageId) ? refusal(message, 'no queue takes its routing key') : undefined;
  }

  async function close(): Promise<void> {
    const closing = link;
    forget();
    await closing?.then(async ({ channel }) => await channel.close()).catch(() => undefined);
  }

  return {
    async send(messages) {
      if (messages.length === 0) return [];
      try {
        link ??= opened();
        const current = await link;
        const sent = Promise.all(messages.map(async (message) => await published(current, message)));
        return (await within(confirmTimeoutMs, sent)).filter((each) => each !== undefined);
      } catch (error) {
        // What is confirmed late is confirmed to nobody.
        await close();
        throw new Fault(
          'internal.bus-unavailable',
          { reason: connectionReason(error) ?? (error instanceof Error ? error.name : 'unknown') },
          error,
        );
      }
    },
    close,
  };
}

async function within<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not confirmed within ${timeoutMs} ms`)), timeoutMs);
  });
  return await Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** amqplib wants a Buffer: a view, no copy. */
export function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

function refusal(message: OutgoingMessage, reason: string): Unsendable {
  return { message, code: 'internal.bus-refused', reason };
}
