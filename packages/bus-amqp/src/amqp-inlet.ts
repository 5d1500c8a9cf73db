import { setTimeout as pause } from 'node:timers/promises';
import type { Delivery, Inlet } from '@parley/bus';
import { DeliveryQueue, Places } from '@parley/bus/internal';
import { optional, port, requireOptions, shapeOf, TEXT, whole } from '@parley/core/internal';
import type { Connection, EventContext, Message, Receiver, Delivery as Transfer } from 'rhea';
import { linkFault } from './amqp-error.ts';
import { headersOf, octetsOf } from './amqp-message.ts';

export interface AmqpInletOptions {
  /** Yours: it is not closed. By default it connects again by itself. */
  readonly connection: Connection;
  /** A queue. */
  readonly address: string;
  /** Messages that the broker sends before the first of them is acknowledged: the back-pressure. Default 1000; rhea holds 2048 frames. */
  readonly prefetchMessages?: number | undefined;
}

/** A message of a queue; its key is its group (`JMSXGroupID`). It has no time: whoever sends it chooses its creation time. */
export interface AmqpDelivery extends Delivery {
  readonly message: Message;
  readonly transfer: Transfer;
  /** That on which it came: one for each time that the broker was connected to. */
  readonly link: object;
}

const OPTIONS = shapeOf<AmqpInletOptions>({
  connection: port<Connection>('open_receiver', 'open_sender'),
  address: TEXT,
  prefetchMessages: optional(whole(1, 2048)),
});

const REOPEN_AFTER_MS = 250;

/**
 * Messages of a queue of an AMQP 1.0 broker. An acknowledgement that is lost with its link is made up for when the message comes again,
 * without handing it on once more.
 *
 * @throws Fault `caller.option-invalid`
 */
export function amqpInlet(options: AmqpInletOptions): Inlet<AmqpDelivery> {
  requireOptions(OPTIONS, options, 'options');
  const { connection, address, prefetchMessages = 1000 } = options;
  const places = new Places(address, prefetchMessages);
  let receiver: Receiver | undefined;
  let link = {};

  function settled(delivery: Pick<AmqpDelivery, 'transfer' | 'link'>): void {
    if (delivery.link !== link) return;
    delivery.transfer.accept();
    receiver?.add_credit(1);
  }

  function deliveryOf(message: Message, transfer: Transfer): AmqpDelivery | undefined {
    const octets = octetsOf(message);
    const headers = headersOf(message);
    const properties = JSON.stringify([message.message_id, message.group_id, message.correlation_id, headers]);
    const isRedelivered = (message.delivery_count ?? 0) > 0 || message.first_acquirer === false;
    const { name: place, isSafe } = places.of(octets, properties, isRedelivered, link);
    if (!isSafe) return { octets, headers, key: message.group_id, place, message, transfer, link };
    settled({ transfer, link });
    return undefined;
  }

  /** What one receiver is sent; the connection attaches it again by itself. */
  async function* received(signal: AbortSignal): AsyncGenerator<AmqpDelivery, void, undefined> {
    const deliveries = new DeliveryQueue<AmqpDelivery>(Number.POSITIVE_INFINITY);
    const end = (): void => deliveries.end();
    signal.addEventListener('abort', end, { once: true });
    const opened = connection.open_receiver({
      source: { address, capabilities: ['queue'] },
      credit_window: 0,
      autoaccept: false,
    });
    receiver = opened;
    const relinked = (): void => {
      // What is in it belongs to the link before: it comes again.
      deliveries.drop(() => true);
      link = {};
      opened.add_credit(prefetchMessages);
    };
    opened.on('receiver_open', relinked);
    opened.on('message', ({ message, delivery: transfer }: EventContext) => {
      const delivery = message === undefined || transfer === undefined ? undefined : deliveryOf(message, transfer);
      if (delivery !== undefined && !signal.aborted) void deliveries.put(delivery);
    });
    opened.on('receiver_error', () => deliveries.end({ error: linkFault(opened.error, 'address', address) }));
    opened.on('receiver_close', end);
    try {
      yield* deliveries;
    } finally {
      signal.removeEventListener('abort', end);
    }
  }

  return {
    async *deliveries(signal) {
      while (!signal.aborted) {
        try {
          yield* received(signal);
        } catch (error) {
          if (isForGood(error)) throw error;
        }
        await pause(REOPEN_AFTER_MS, undefined, { signal }).catch(() => undefined);
      }
    },
    async acknowledge(acknowledged) {
      for (const delivery of acknowledged) {
        places.settle(delivery.place);
        settled(delivery);
      }
    },
    async close() {
      if (receiver !== undefined) await closed(receiver);
      receiver = undefined;
    },
  };
}

const CLOSE_WITHIN_MS = 5000;

/** With the broker's word for it, which comes after all acknowledgements. */
async function closed(receiver: Receiver): Promise<void> {
  if (receiver.is_closed()) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, CLOSE_WITHIN_MS);
    receiver.once('receiver_close', () => {
      clearTimeout(timer);
      resolve();
    });
    receiver.close();
  });
}

function isForGood(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'caller.option-invalid';
}
