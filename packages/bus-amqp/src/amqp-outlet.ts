import type { OutgoingMessage, Outlet, Unsendable } from '@parley/bus';
import { Fault } from '@parley/core';
import { optional, port, requireOptions, shapeOf, TEXT, whole } from '@parley/core/internal';
import type { Connection, EventContext, Message, Sender, Delivery as Transfer } from 'rhea';
import { conditionOf, linkFault } from './amqp-error.ts';
import { applicationProperties } from './amqp-message.ts';

/** What SOAP over JMS says beside a message, as properties `SOAPJMS_…`. */
export interface SoapJms {
  /** The URI of the service: `jms:queue:orders`. */
  readonly requestUri: string;
  /** Default `application/soap+xml; charset=utf-8`. */
  readonly contentType?: string | undefined;
  readonly targetService?: string | undefined;
  readonly soapAction?: string | undefined;
}

export interface AmqpOutletOptions {
  /** Yours: it is not closed. */
  readonly connection: Connection;
  /** A queue. */
  readonly address: string;
  /** For consumers that speak SOAP over JMS. Default: none of its properties. */
  readonly soapJms?: SoapJms | undefined;
  /** The largest message, beside what the broker says of its link. Default: no limit of ours. */
  readonly messageBytesMax?: number | undefined;
  /** For the broker to accept what is sent at one time. Default 30,000. */
  readonly acceptTimeoutMs?: number | undefined;
}

const OPTIONS = shapeOf<AmqpOutletOptions>({
  connection: port<Connection>('open_receiver', 'open_sender'),
  address: TEXT,
  soapJms: optional(
    shapeOf<SoapJms>({
      requestUri: TEXT,
      contentType: optional(TEXT),
      targetService: optional(TEXT),
      soapAction: optional(TEXT),
    }),
  ),
  messageBytesMax: optional(whole(1)),
  acceptTimeoutMs: optional(whole(1)),
});

/** Headers, properties and what is around them. */
const RESERVE_BYTES = 32_768;
/** What JMS takes for a byte message, whatever its content type. */
const BYTES_MESSAGE = 3;

interface Waiting {
  readonly message: OutgoingMessage;
  resolve(outcome: Unsendable | undefined): void;
  reject(error: unknown): void;
}

/**
 * Sends durable messages, JMS byte messages to JMS, and waits for the broker to accept each. The key of a message is its group.
 * @throws Fault `caller.option-invalid`
 */
export function amqpOutlet(options: AmqpOutletOptions): Outlet {
  requireOptions(OPTIONS, options, 'options');
  const { acceptTimeoutMs = 30_000 } = options;
  let desk: SendDesk | undefined;
  const close = async (): Promise<void> => {
    desk?.close();
    desk = undefined;
  };
  return {
    async send(messages) {
      if (messages.length === 0) return [];
      desk ??= new SendDesk(options);
      const current = desk;
      const timer = setTimeout(
        () => current.fail(new Fault('internal.bus-unavailable', { reason: 'late' })),
        acceptTimeoutMs,
      );
      try {
        const sent = await Promise.all(messages.map(async (message) => await current.send(message)));
        return sent.filter((each) => each !== undefined);
      } catch (error) {
        await close();
        throw error;
      } finally {
        clearTimeout(timer);
      }
    },
    close,
  };
}

/** One sender, those that wait for its credit, and those that wait for the broker's word. */
class SendDesk {
  readonly #options: AmqpOutletOptions;
  readonly #sender: Sender;
  readonly #due: Waiting[] = [];
  readonly #sent = new Map<Transfer, Waiting>();
  #wasOpen = false;

  constructor(options: AmqpOutletOptions) {
    this.#options = options;
    const { connection, address } = options;
    this.#sender = connection.open_sender({ target: { address, capabilities: ['queue'], durable: 0 } });
    const unavailable = (): void => this.fail(linkFault(this.#sender.error, 'address', address));
    this.#sender.on('sendable', () => this.#pump());
    this.#sender.on('sender_open', () => {
      // A link that is opened again knows nothing of what was sent on it before.
      if (this.#wasOpen) unavailable();
      this.#wasOpen = true;
    });
    this.#sender.on('sender_error', unavailable);
    this.#sender.on('sender_close', unavailable);
    this.#sender.on('accepted', ({ delivery }: EventContext) => this.#settle(delivery)?.resolve(undefined));
    this.#sender.on('rejected', ({ delivery }: EventContext) => {
      const waiting = this.#settle(delivery);
      waiting?.resolve(refusal(waiting.message, conditionOf(rejectionOf(delivery))));
    });
    // Not now.
    this.#sender.on('released', ({ delivery }: EventContext) =>
      this.#settle(delivery)?.reject(new Fault('internal.bus-unavailable', { reason: 'released' })),
    );
  }

  async send(message: OutgoingMessage): Promise<Unsendable | undefined> {
    return await new Promise((resolve, reject) => {
      this.#due.push({ message, resolve, reject });
      this.#pump();
    });
  }

  /** All that wait. */
  fail(error: unknown): void {
    for (const waiting of [...this.#sent.values(), ...this.#due.splice(0)]) waiting.reject(error);
    this.#sent.clear();
  }

  close(): void {
    if (!this.#sender.is_closed()) this.#sender.close();
  }

  #pump(): void {
    while (this.#due.length > 0 && this.#sender.sendable()) {
      const waiting = this.#due.shift();
      if (waiting === undefined) return;
      const { octets } = waiting.message;
      const needed = octets.length + RESERVE_BYTES;
      const most = Math.min(this.#options.messageBytesMax ?? Infinity, this.#sender.max_message_size || Infinity);
      if (needed > most) waiting.resolve(refusal(waiting.message, `${needed} octets where the most is ${most}`));
      else this.#sent.set(this.#sender.send(this.#messageOf(waiting.message)), waiting);
    }
  }

  #settle(transfer: Transfer | undefined): Waiting | undefined {
    const waiting = transfer === undefined ? undefined : this.#sent.get(transfer);
    if (transfer !== undefined) this.#sent.delete(transfer);
    return waiting;
  }

  #messageOf({ id, key, octets, headers }: OutgoingMessage): Message {
    const { connection, soapJms } = this.#options;
    const { message, types } = connection.container;
    return {
      durable: true,
      message_id: id,
      ...(key === undefined ? {} : { group_id: key }),
      message_annotations: { 'x-opt-jms-msg-type': types.wrap_byte(BYTES_MESSAGE) },
      application_properties: { ...applicationProperties(headers), ...propertiesOf(soapJms) },
      body: message.data_section(asBuffer(octets)),
    };
  }
}

/** rhea wants a Buffer: a view, no copy. */
export function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

function propertiesOf(soapJms: SoapJms | undefined): Record<string, string> {
  if (soapJms === undefined) return {};
  const { requestUri, targetService, soapAction, contentType = 'application/soap+xml; charset=utf-8' } = soapJms;
  return {
    SOAPJMS_requestURI: requestUri,
    SOAPJMS_bindingVersion: '1.0',
    SOAPJMS_contentType: contentType,
    ...(targetService === undefined ? {} : { SOAPJMS_targetService: targetService }),
    ...(soapAction === undefined ? {} : { SOAPJMS_soapAction: soapAction }),
  };
}

function rejectionOf(transfer: Transfer | undefined): unknown {
  return (transfer?.remote_state as { readonly error?: unknown } | undefined)?.error;
}

function refusal(message: OutgoingMessage, reason: string): Unsendable {
  return { message, code: 'internal.bus-refused', reason };
}
