import { setTimeout as pause } from 'node:timers/promises';
import type { Delivery, Inlet } from '@parley/bus';
import { DeliveryQueue, Places } from '@parley/bus/internal';
import { Fault } from '@parley/core';
import { optional, port, requireOptions, shapeOf, TEXT, whole } from '@parley/core/internal';
import type { Channel, ChannelModel, ConsumeMessage, RecoveringChannelModel } from 'amqplib';
import { headersOf } from './rabbit-headers.ts';

/** A connection of amqplib; one that was made with `recovery` outlives outages of its server. */
export type RabbitConnection = ChannelModel | RecoveringChannelModel;

export interface RabbitInletOptions {
  /** Yours: it is not closed. */
  readonly connection: RabbitConnection;
  /** A durable queue, best a quorum queue. */
  readonly queue: string;
  /** Messages that RabbitMQ delivers before the first of them is acknowledged: the back-pressure. Default 1024. */
  readonly prefetchMessages?: number | undefined;
}

/** A message of a queue; its key is its routing key. It has no time: whoever sends it chooses its `timestamp`. */
export interface RabbitDelivery extends Delivery {
  readonly message: ConsumeMessage;
  readonly channel: Channel;
}

const OPTIONS = shapeOf<RabbitInletOptions>({
  connection: port<RabbitConnection>('createChannel', 'createConfirmChannel'),
  queue: TEXT,
  prefetchMessages: optional(whole(1, 65_535)),
});

const REOPEN_AFTER_MS = 250;
/** A connection that recovers gives a channel when it is back; one that refuses so often is closed. */
const REFUSALS_MAX = 3;

/**
 * Messages of a queue of RabbitMQ. An acknowledgement that is lost with its channel is made up for when the message comes again, without
 * handing it on once more.
 *
 * @throws Fault `caller.option-invalid`
 */
export function rabbitInlet(options: RabbitInletOptions): Inlet<RabbitDelivery> {
  requireOptions(OPTIONS, options, 'options');
  const { connection, queue, prefetchMessages = 1024 } = options;
  const places = new Places(queue, prefetchMessages);
  const open = new Set<Channel>();

  function deliveryOf(message: ConsumeMessage, channel: Channel): RabbitDelivery | undefined {
    const { content: octets, fields, properties } = message;
    const headers = headersOf(properties);
    const known = JSON.stringify([fields.exchange, fields.routingKey, properties.messageId, headers]);
    const { name: place, isSafe } = places.of(octets, known, fields.redelivered, channel);
    if (!isSafe) return { octets, headers, key: fields.routingKey, place, message, channel };
    channel.ack(message);
    return undefined;
  }

  /** What one channel delivers, until it breaks. */
  async function* consumed(channel: Channel, signal: AbortSignal): AsyncGenerator<RabbitDelivery, void, undefined> {
    const deliveries = new DeliveryQueue<RabbitDelivery>(Number.POSITIVE_INFINITY);
    const end = (): void => deliveries.end();
    // What is in it belongs to the channel: it comes again.
    const drop = (): void => {
      deliveries.drop(() => true);
      end();
    };
    channel.once('close', drop);
    signal.addEventListener('abort', end, { once: true });
    try {
      await channel.checkQueue(queue);
      await channel.prefetch(prefetchMessages);
      const { consumerTag } = await channel.consume(queue, (message) => {
        const delivery = message === null ? undefined : deliveryOf(message, channel);
        if (message === null) end();
        else if (delivery !== undefined) void deliveries.put(delivery);
      });
      if (!signal.aborted) yield* deliveries;
      // The channel stays: what was delivered is still to be acknowledged.
      await channel.cancel(consumerTag);
    } finally {
      signal.removeEventListener('abort', end);
    }
  }

  return {
    async *deliveries(signal) {
      for (let refusals = 0; !signal.aborted; ) {
        const channel = await opened(connection).catch((error: unknown) => {
          if (++refusals >= REFUSALS_MAX) throw new Fault('internal.bus-unavailable', { reason: 'closed' }, error);
        });
        if (channel !== undefined) {
          refusals = 0;
          open.add(channel);
          channel.once('close', () => void open.delete(channel));
          try {
            yield* consumed(channel, signal);
          } catch (error) {
            if (isMissing(error)) throw new Fault('caller.option-invalid', { option: 'queue', got: queue }, error);
          }
        }
        await pause(REOPEN_AFTER_MS, undefined, { signal }).catch(() => undefined);
      }
    },
    async acknowledge(deliveries) {
      for (const { place, message, channel } of deliveries) {
        places.settle(place);
        if (open.has(channel)) channel.ack(message);
      }
    },
    async close() {
      await Promise.all([...open].map(async (channel) => await channel.close().catch(() => undefined)));
    },
  };
}

async function opened(connection: RabbitConnection): Promise<Channel> {
  const channel = await connection.createChannel();
  // What breaks it also closes it.
  channel.on('error', () => undefined);
  return channel;
}

/** What a node that is starting says of its queues has the same number. */
function isMissing(error: unknown): boolean {
  return error instanceof Error && /NOT_FOUND - no queue/.test(error.message);
}
