import { randomUUID } from 'node:crypto';
import type { BusMessage, BusRequest, Requester, RequestInlet } from '@parley/bus';
import { AwaitedAnswers, DeliveryQueue } from '@parley/bus/internal';
import { Fault } from '@parley/core';
import { optional, port, requireOptions, shapeOf, TEXT, whole } from '@parley/core/internal';
import type { Channel, ConsumeMessage } from 'amqplib';
import { headersOf, rabbitHeaders } from './rabbit-headers.ts';
import type { RabbitConnection } from './rabbit-inlet.ts';
import { asBuffer } from './rabbit-outlet.ts';

export interface RabbitRequesterOptions {
  /** Yours: it is not closed. */
  readonly connection: RabbitConnection;
  /** The queue of those who answer. */
  readonly queue: string;
}

export interface RabbitRequestInletOptions extends RabbitRequesterOptions {
  /** Requests that came and are not answered yet. Default 100. */
  readonly prefetchMessages?: number | undefined;
}

const OPTIONS = shapeOf<RabbitRequesterOptions>({
  connection: port<RabbitConnection>('createChannel', 'createConfirmChannel'),
  queue: TEXT,
});
const INLET_OPTIONS = shapeOf<RabbitRequestInletOptions>({
  connection: port<RabbitConnection>('createChannel', 'createConfirmChannel'),
  queue: TEXT,
  prefetchMessages: optional(whole(1, 65_535)),
});

const PREFETCH = 100;
/** Where RabbitMQ hands an answer straight to the channel that asked: no queue is made for it. */
const REPLY_TO = 'amq.rabbitmq.reply-to';

/**
 * Requests to a queue, answered through RabbitMQ's direct reply-to, told apart by `correlation-id`. A request that no queue takes fails at once.
 * @throws Fault `caller.option-invalid`
 */
export function rabbitRequester(options: RabbitRequesterOptions): Requester {
  requireOptions(OPTIONS, options, 'options');
  const { connection, queue } = options;
  const answers = new AwaitedAnswers<BusMessage>();
  let asking: Promise<Channel> | undefined;

  async function opened(): Promise<Channel> {
    const channel = await connection.createChannel();
    channel.on('error', () => undefined).once('close', () => fail('closed'));
    channel.on('return', ({ properties }) => answers.settle(String(properties.correlationId), unavailable('no queue')));
    const heard = (message: ConsumeMessage | null): void => {
      if (message !== null) answers.settle(String(message.properties.correlationId), messageOf(message));
    };
    await channel.consume(REPLY_TO, heard, { noAck: true });
    return channel;
  }

  function fail(reason: string): void {
    asking = undefined;
    answers.fail(unavailable(reason));
  }

  return {
    async request({ octets, headers }, timeoutMs, signal) {
      const correlationId = randomUUID();
      // What nobody waits for any more need not be answered.
      const properties = { correlationId, replyTo: REPLY_TO, expiration: timeoutMs, mandatory: true };
      return await answers.of(correlationId, timeoutMs, signal, () => {
        asking ??= opened();
        const sent = asking.then((channel) => {
          channel.publish('', queue, asBuffer(octets), { ...properties, headers: rabbitHeaders(headers) });
        });
        sent.catch((error: unknown) => fail(error instanceof Error ? error.name : 'unknown'));
      });
    },
    async close() {
      const closing = asking;
      fail('closed');
      await closing?.then(async (channel) => await channel.close()).catch(() => undefined);
    },
  };
}

/** Requests of a queue, answered to where they say. @throws Fault `caller.option-invalid` */
export function rabbitRequests(options: RabbitRequestInletOptions): RequestInlet {
  requireOptions(INLET_OPTIONS, options, 'options');
  const { connection, queue, prefetchMessages = PREFETCH } = options;
  const open = new Set<Channel>();
  return {
    async *requests(signal) {
      const came = new DeliveryQueue<BusRequest>(Number.POSITIVE_INFINITY);
      const end = (): void => came.end();
      signal.addEventListener('abort', end, { once: true });
      try {
        const channel = await connection.createChannel();
        open.add(channel);
        channel
          .on('error', () => undefined)
          .once('close', () => {
            open.delete(channel);
            came.end({ error: unavailable('closed') });
          });
        await channel.prefetch(prefetchMessages);
        const { consumerTag } = await channel.consume(queue, (message) => {
          if (message === null) came.end({ error: unavailable('the queue is gone') });
          else void came.put(requestOf(channel, message));
        });
        if (!signal.aborted) yield* came;
        // The channel stays: what came is still to be answered.
        await channel.cancel(consumerTag);
      } catch (error) {
        throw error instanceof Fault ? error : unavailable(error instanceof Error ? error.name : 'unknown', error);
      } finally {
        signal.removeEventListener('abort', end);
        came.end();
      }
    },
    async close() {
      await Promise.all([...open].map(async (channel) => await channel.close().catch(() => undefined)));
    },
  };
}

function requestOf(channel: Channel, message: ConsumeMessage): BusRequest {
  const { replyTo, correlationId }: { replyTo?: unknown; correlationId?: unknown } = message.properties;
  // It is not given to another: whoever asked asks again.
  channel.ack(message);
  return {
    ...messageOf(message),
    async answer({ octets, headers }) {
      if (typeof replyTo !== 'string' || replyTo === '') throw unavailable('there is no place for the answer');
      const properties = { headers: rabbitHeaders(headers), correlationId: String(correlationId) };
      try {
        channel.publish('', replyTo, asBuffer(octets), properties);
      } catch (error) {
        throw unavailable('closed', error);
      }
    },
  };
}

function messageOf({ content, properties }: ConsumeMessage): BusMessage {
  return { octets: content, headers: headersOf(properties) };
}

function unavailable(reason: string, error?: unknown): Fault {
  return new Fault('internal.bus-unavailable', { reason }, error);
}
