/** One request and its answer, without sockets: what `node:http` handlers and the Fastify plugin have in common. */
import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import type { Channel, Received, SequenceExchange, ServeNumbered } from '@parley/conversation';
import { envelope, trustVersionOf, writeFaultReply } from '@parley/conversation';
import type { FailedReply, Reply, SpanAttributes, Tracing } from '@parley/core';
import { Fault } from '@parley/core';
import { failedReply, requireKind } from '@parley/core/internal';
import type { ContextMessage, OpenedMessage } from '@parley/engine';
import type { SoapHeaders } from '../binding/soap-headers.ts';
import { readSoapHeaders, soapHeaders } from '../binding/soap-headers.ts';
import type { SecuredEndpoint, ServiceAnswer, ServiceCall } from './settings.ts';
import { SERVICE_ANSWER } from './settings.ts';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** Why it is a refusal: for the log. */
  readonly failure?: FailedReply | undefined;
}

/** What of a request is known before its body. */
export interface RequestHead {
  readonly path: string;
  readonly isSecure: boolean;
  readonly client: string | undefined;
  readonly address: string | undefined;
  readonly headers: IncomingHttpHeaders;
  /** Resolves when nobody is there any more to be answered. */
  readonly gone: () => Promise<void>;
}

const NOTHING = new Uint8Array(0);
const NO_ANSWER: HttpAnswer = { status: 202, headers: {}, body: NOTHING };

/** What came of the application; without an envelope, it has nothing to say. */
interface Served {
  readonly envelope?: Uint8Array;
  readonly status: number;
  readonly failure?: FailedReply;
}

/** A request whose headers were read, and the endpoint that it is for. */
export class Exchange {
  readonly #endpoint: SecuredEndpoint;
  readonly #head: RequestHead;
  readonly #soap: SoapHeaders;
  readonly #tracing: Tracing;

  /** @throws Fault `peer.http-content-type` */
  constructor(endpoint: SecuredEndpoint, head: RequestHead, tracing: Tracing) {
    this.#endpoint = endpoint;
    this.#tracing = tracing;
    this.#head = head;
    this.#soap = soapHeadersOf(head);
  }

  /** Whether the transport says that it is a request of trust; one that lies is refused when it is opened. */
  get isHandshake(): boolean {
    return trustVersionOf(this.#soap.soapAction ?? '') !== undefined;
  }

  /** Answers the request whose body this is (borrowed until the promise resolves). Never rejects for what it holds. */
  async run(body: Uint8Array): Promise<HttpAnswer> {
    const { isSecure: secure, client, address } = this.#head;
    const channel: Channel = { secure, client, address, ...this.#soap };
    const received = await this.#received(body, channel);
    switch (received.kind) {
      case 'message':
        return await this.#serve(received.message, received.claims);
      case 'sequence':
        return await this.#serveSequence(received.exchange, received.claims);
      default:
        return this.#reply(received);
    }
  }

  async #received(body: Uint8Array, channel: Channel): Promise<Received> {
    return await this.#tracing.span('parley.receive', {}, async (span) => {
      const received = await this.#endpoint.responder.receive(body, channel);
      span.set({ 'parley.outcome': received.kind });
      if (received.kind === 'refused') span.failed(received.failure.code);
      else span.set(contextOf('message' in received ? received.message : received));
      return received;
    });
  }

  async #secured(answer: Uint8Array, message: ContextMessage): Promise<Reply<Uint8Array>> {
    return await this.#tracing.span('parley.secure', {}, async (span) => {
      const sealed = await this.#endpoint.responder.secure(answer, message);
      if (!sealed.ok) span.failed(sealed.code);
      return sealed;
    });
  }

  #reply(received: Exclude<Received, { readonly kind: 'message' | 'sequence' }>): HttpAnswer {
    // interop: SOAP 1.2 would have 400 for a fault of the sender; WCF and CXF read answers of 200 and 500 alone.
    if (received.kind === 'refused') return { ...this.#message(500, received.reply), failure: received.failure };
    if (received.kind === 'propagated') return { status: 202, headers: {}, body: NOTHING };
    return this.#message(200, received.reply);
  }

  async #serve(message: ContextMessage, claims: readonly string[]): Promise<HttpAnswer> {
    const { envelope, status, failure } = await this.#served({ message, claims, path: this.#head.path });
    if (envelope === undefined) return NO_ANSWER;
    const sealed = await this.#secured(envelope, message);
    if (!sealed.ok) return { status: 500, headers: {}, body: NOTHING, failure: sealed };
    return { ...this.#message(status, sealed.value), failure };
  }

  /** Hands over what its turn it is: this message, and those that waited for it; the answer is that to this one. */
  async #serveSequence(exchange: SequenceExchange, claims: readonly string[]): Promise<HttpAnswer> {
    let failure: FailedReply | undefined;
    const serve: ServeNumbered = async (message, sequence) => {
      const served = await this.#served({ message, claims, path: this.#head.path, sequence });
      failure ??= served.failure;
      return served.envelope;
    };
    const waiting = new AbortController();
    const patience = setTimeout(exchange.holdMs, undefined, { signal: waiting.signal }).catch(() => undefined);
    // A client that sends again has left before: what it left would hold its place all that time.
    const answer = await exchange.run(serve, patience, this.#head.gone());
    waiting.abort();
    void this.#deliver(exchange);
    if (!answer.ok) return { status: 500, headers: {}, body: NOTHING, failure: answer };
    if (answer.value === undefined) return { ...NO_ANSWER, failure };
    return { ...this.#message(200, answer.value), failure };
  }

  /** Says what has arrived where the peer wants to hear it. Nobody waits for that. */
  async #deliver(exchange: SequenceExchange): Promise<void> {
    const { deliver } = this.#endpoint;
    if (deliver === undefined) return;
    const told = await exchange.acknowledgement();
    if (told.ok && told.value !== undefined) await deliver(told.value).catch(() => undefined);
  }

  /** What the application says: an envelope, or nothing. */
  async #served(call: ServiceCall): Promise<Served> {
    const { message } = call;
    try {
      const answer = await this.#tracing.span('parley.service', {}, async () => await this.#endpoint.service(call));
      requireKind(SERVICE_ANSWER, answer, 'service()');
      if (answer === undefined) return { status: 202 };
      const envelope = this.#envelope(answer.payload, answer.action, message);
      return { envelope, status: answer.isFault === true ? 500 : 200 };
    } catch (error) {
      return { envelope: this.#faultEnvelope(message), status: 500, failure: failedReply(serviceFault(error)) };
    }
  }

  #envelope(payload: ServiceAnswer['payload'], action: string, message: OpenedMessage): Uint8Array {
    const relatesTo = messageIdOf(message);
    const addressing = relatesTo === undefined ? 'none' : this.#endpoint.responder.addressing;
    return envelope({ action, body: payload, relatesTo, soapVersion: this.#soap.soapVersion, addressing });
  }

  /** The application failed: nothing is said of it but that. */
  #faultEnvelope(message: OpenedMessage): Uint8Array {
    return writeFaultReply({
      code: 'internal.service-failed',
      soapVersion: this.#soap.soapVersion,
      version: '200512',
      messageId: `urn:uuid:${randomUUID()}`,
      relatesTo: messageIdOf(message),
      addressing: this.#endpoint.responder.addressing,
    });
  }

  #message(status: number, body: Uint8Array): HttpAnswer {
    return { status, headers: soapHeaders(this.#soap.soapVersion, undefined), body };
  }
}

function contextOf(what: object): SpanAttributes {
  return 'identifier' in what && typeof what.identifier === 'string' ? { 'parley.context': what.identifier } : {};
}

/** What the HTTP headers say of the message. @throws Fault `peer.http-content-type` */
export function soapHeadersOf({ headers }: Pick<RequestHead, 'headers'>): SoapHeaders {
  const action = headers['soapaction'];
  return readSoapHeaders(
    headers['content-type'],
    Array.isArray(action) ? action.join(', ') : action,
    headers['content-encoding'],
  );
}

/** Ours where we refuse what the application answered; the rest is the application's, and kept for the log as the cause. */
export function serviceFault(error: unknown): Fault {
  return error instanceof Fault ? error : new Fault('internal.service-failed', {}, error);
}

/** What the request calls itself: signed, or, where TLS alone answers for that, claimed. */
function messageIdOf(message: OpenedMessage): string | undefined {
  return (message.claimedAddressing ?? message).messageId;
}
