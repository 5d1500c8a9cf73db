import type { BusMessage, BusRequest, Requester, RequestInlet } from '@parley/bus';
import { SOAP_ACTION_HEADER } from '@parley/bus';
import { AwaitedAnswers, DeliveryQueue } from '@parley/bus/internal';
import { Fault } from '@parley/core';
import { optional, port, requireOptions, shapeOf, TEXT, whole } from '@parley/core/internal';
import type { Connection, Delivery, EventContext, Message, Receiver, Sender } from 'rhea';
import { linkFault } from './amqp-error.ts';
import { applicationProperties, headersOf, octetsOf } from './amqp-message.ts';
import { asBuffer } from './amqp-outlet.ts';

export interface AmqpRequesterOptions {
  /** Yours: it is not closed. */
  readonly connection: Connection;
  /** The queue of those who answer. */
  readonly address: string;
  /** The URI of the service for SOAP over JMS. Default `jms:queue:` and the address. */
  readonly requestUri?: string | undefined;
  /** What a message is: `text/xml; charset=utf-8` for SOAP 1.1. Default that of SOAP 1.2. */
  readonly contentType?: string | undefined;
}

export interface AmqpRequestInletOptions {
  /** Yours: it is not closed. */
  readonly connection: Connection;
  /** The queue that requests come to. */
  readonly address: string;
  /** Requests that came and are not answered yet. Default 100. */
  readonly prefetchMessages?: number | undefined;
}

const OPTIONS = shapeOf<AmqpRequesterOptions>({
  connection: port<Connection>('open_receiver', 'open_sender'),
  address: TEXT,
  requestUri: optional(TEXT),
  contentType: optional(TEXT),
});
const INLET_OPTIONS = shapeOf<AmqpRequestInletOptions>({
  connection: port<Connection>('open_receiver', 'open_sender'),
  address: TEXT,
  prefetchMessages: optional(whole(1)),
});

const PREFETCH = 100;
const BYTES_MESSAGE = 3;
/** As SOAP over JMS names it; properties are read in lower case. */
const SOAPJMS_ACTION = 'SOAPJMS_soapAction';
const SOAPJMS_CONTENT_TYPE = 'SOAPJMS_contentType';
const SOAP_12 = 'application/soap+xml; charset=utf-8';

/**
 * Requests to a queue with a queue of our own for the answers, as SOAP over JMS has them: JMSReplyTo, JMSCorrelationID, byte messages with
 * the properties `SOAPJMS_…`.
 * @throws Fault `caller.option-invalid`
 */
export function amqpRequester(options: AmqpRequesterOptions): Requester {
  requireOptions(OPTIONS, options, 'options');
  let desk: RequestDesk | undefined;
  const close = async (): Promise<void> => {
    desk?.close();
    desk = undefined;
  };
  return {
    async request(message, timeoutMs, signal) {
      desk ??= new RequestDesk(options);
      return await desk.request(message, timeoutMs, signal);
    },
    close,
  };
}

/** One queue for answers, and who waits for which. */
class RequestDesk {
  readonly #options: AmqpRequesterOptions;
  readonly #sender: Sender;
  readonly #receiver: Receiver;
  readonly #answers = new AwaitedAnswers<BusMessage>();
  readonly #due: Message[] = [];
  #count = 0;

  constructor(options: AmqpRequesterOptions) {
    this.#options = options;
    const { connection, address } = options;
    this.#receiver = connection.open_receiver({ source: { address: '', dynamic: true } });
    this.#sender = connection.open_sender({ target: { address, capabilities: ['queue'] } });
    this.#receiver.on('receiver_open', () => this.#pump());
    this.#receiver.on('message', ({ message }: EventContext) => {
      if (message !== undefined) this.#answers.settle(String(message.correlation_id), messageOf(message));
    });
    this.#sender.on('sendable', () => this.#pump());
    for (const link of [this.#sender, this.#receiver]) {
      link.on('sender_error', () => this.#fail(linkFault(link.error, 'address', address)));
      link.on('receiver_error', () => this.#fail(linkFault(link.error, 'address', address)));
    }
  }

  async request(message: BusMessage, timeoutMs: number, signal: AbortSignal | undefined): Promise<BusMessage> {
    this.#count += 1;
    const id = `parley-${this.#count}`;
    return await this.#answers.of(id, timeoutMs, signal, () => {
      this.#due.push(this.#messageOf(id, message, timeoutMs));
      this.#pump();
    });
  }

  close(): void {
    this.#fail(new Fault('internal.bus-unavailable', { reason: 'closed' }));
    this.#sender.close();
    this.#receiver.close();
  }

  #fail(fault: Fault): void {
    this.#answers.fail(fault);
  }

  /** Nothing is asked before there is a place for the answer. */
  #pump(): void {
    const replyTo: unknown = this.#receiver.source?.address;
    while (this.#due.length > 0 && this.#sender.sendable() && typeof replyTo === 'string' && replyTo !== '') {
      const message = this.#due.shift();
      // Who gave up meanwhile wants no answer.
      if (message !== undefined && this.#answers.isAwaited(String(message.correlation_id)))
        this.#sender.send({ ...message, reply_to: replyTo });
    }
  }

  #messageOf(id: string, { octets, headers }: BusMessage, timeoutMs: number): Message {
    const { connection, address, contentType, requestUri = `jms:queue:${address}` } = this.#options;
    return {
      ...bytesMessage(connection, octets),
      message_id: id,
      correlation_id: id,
      // What nobody waits for any more need not be answered.
      ttl: timeoutMs,
      application_properties: { ...soapProperties(headers, contentType), SOAPJMS_requestURI: requestUri },
    };
  }
}

/** Requests of a queue, JMS byte or text messages, which say where the answer goes. @throws Fault `caller.option-invalid` */
export function amqpRequests(options: AmqpRequestInletOptions): RequestInlet {
  requireOptions(INLET_OPTIONS, options, 'options');
  const { connection, address, prefetchMessages = PREFETCH } = options;
  const answering = new Set<Sender>();
  return {
    async *requests(signal) {
      const queue = new DeliveryQueue<BusRequest>(Number.POSITIVE_INFINITY);
      const end = (): void => queue.end();
      signal.addEventListener('abort', end, { once: true });
      // One that has no address of its own sends to whatever address a message has.
      const answers = connection.open_sender({ target: {} });
      answering.add(answers);
      const receiver = connection.open_receiver({
        source: { address, capabilities: ['queue'] },
        credit_window: 0,
        autoaccept: false,
      });
      receiver.on('receiver_open', () => receiver.add_credit(prefetchMessages));
      receiver.on('message', ({ message, delivery }: EventContext) => {
        if (message === undefined || delivery === undefined) return;
        void queue.put(requestOf({ connection, answers, receiver, message, delivery }));
      });
      receiver.on('receiver_error', () => queue.end({ error: linkFault(receiver.error, 'address', address) }));
      try {
        if (!signal.aborted) yield* queue;
      } finally {
        signal.removeEventListener('abort', end);
        // The other link stays: what came is still to be answered.
        receiver.close();
      }
    },
    async close() {
      for (const answers of answering) answers.close();
      answering.clear();
    },
  };
}

interface Came {
  readonly connection: Connection;
  readonly answers: Sender;
  readonly receiver: Receiver;
  readonly message: Message;
  readonly delivery: Delivery;
}

function requestOf({ connection, answers, receiver, message, delivery }: Came): BusRequest {
  // It is not given to another: whoever asked asks again.
  delivery.accept();
  receiver.add_credit(1);
  const { reply_to: to, correlation_id: correlation, message_id: id } = message;
  const came = messageOf(message);
  return {
    ...came,
    async answer({ octets, headers }) {
      if (to === undefined || to === '' || answers.is_closed())
        throw new Fault('internal.bus-unavailable', { reason: 'there is no place for the answer' });
      answers.send({
        ...bytesMessage(connection, octets),
        to,
        // interop: a JMS client looks for the id of its request, unless it gave another name itself.
        correlation_id: correlation ?? id,
        // An answer is what its request was.
        application_properties: soapProperties(headers, came.headers[SOAPJMS_CONTENT_TYPE.toLowerCase()]),
      } as Message);
    },
  };
}

function messageOf(message: Message): BusMessage {
  const { [SOAPJMS_ACTION.toLowerCase()]: action, ...headers } = headersOf(message);
  const soapAction = action === undefined ? {} : { [SOAP_ACTION_HEADER]: action.replaceAll('"', '') };
  return { octets: octetsOf(message), headers: { ...headers, ...soapAction } };
}

function bytesMessage(
  { container: { message, types } }: Connection,
  octets: Uint8Array,
): Pick<Message, 'message_annotations' | 'body'> {
  return {
    message_annotations: { 'x-opt-jms-msg-type': types.wrap_byte(BYTES_MESSAGE) },
    body: message.data_section(asBuffer(octets)),
  };
}

function soapProperties(
  { [SOAP_ACTION_HEADER]: action, ...headers }: BusMessage['headers'],
  contentType: string = SOAP_12,
): Record<string, string> {
  return {
    ...applicationProperties(headers),
    SOAPJMS_bindingVersion: '1.0',
    [SOAPJMS_CONTENT_TYPE]: contentType,
    ...(action === undefined ? {} : { [SOAPJMS_ACTION]: action }),
  };
}
