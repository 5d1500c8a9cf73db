import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { Fault } from '@parley/core';
import type { Kind } from '@parley/core/internal';
import {
  callback,
  called,
  optional,
  readable,
  requireKind,
  requireOptions,
  shapeOf,
  TEXT,
} from '@parley/core/internal';
import type { CallAnswer, ConnectOptions, Conversation } from '@parley/http';
import { connect } from '@parley/http';
import { CONNECT_MEMBERS } from '@parley/http/internal';
import type { PlainRequest, SoapVersion } from './plain-envelope.ts';
import { plainEnvelope, readPlainRequest } from './plain-envelope.ts';

export interface SecureConversationOptions extends Omit<ConnectOptions, 'soapVersion' | 'signal'> {
  /** The wsa:Action of a call, from the SOAPAction that its WSDL names. Default: the same. */
  readonly actionOf?: ((soapAction: string) => string) | undefined;
}

const { soapVersion: _version, signal: _signal, ...CONNECTION } = CONNECT_MEMBERS;
const OPTIONS: Kind<SecureConversationOptions> = shapeOf<SecureConversationOptions>({
  ...CONNECTION,
  actionOf: optional(callback()),
});

/** What node-soap's HTTP client gives its own (axios), as far as it matters here. */
interface HttpRequest {
  readonly url?: string;
  readonly data?: unknown;
  readonly headers?: unknown;
  readonly responseType?: string;
}

interface HttpAnswer {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly config: HttpRequest;
  readonly request: undefined;
  readonly data: string | Buffer | Readable;
}

// Envelopes that were made and never sent: node-soap gave up in between.
const HELD_MAX = 10_000;
const HELD = /^parley:([0-9a-f-]{36})$/;

/**
 * WS-SecureConversation for a client of node-soap: `client.setSecurity(new SecureConversation({ bootstrap, profile }))`. Each address
 * and SOAP version that is called gets a conversation, established at the first call, renewed when it is time, and ended by
 * {@link close}. What node-soap reads of an answer was proven; what nothing proves ends the call with an error.
 *
 * It takes the place of node-soap's transport: an `httpClient` of one's own is not asked, and what one sends all the same is not
 * the message. Headers (`addSoapHeader`) and attachments are refused (`caller.input-invalid`): nothing would protect them.
 */
export class SecureConversation {
  readonly #options: SecureConversationOptions;
  readonly #conversations = new Map<string, Promise<Conversation>>();
  readonly #held = new Map<string, string>();
  #isClosed = false;

  /**
   * `options` as for `connect` of `@parley/http`; the connection is made at the first call.
   * @throws Fault `caller.option-invalid`
   */
  constructor(options: SecureConversationOptions) {
    requireOptions(OPTIONS, options, 'options');
    this.#options = options;
  }

  /** Of node-soap: how a request is to be sent. */
  addOptions(options: Record<string, unknown>): void {
    requireKind(readable(), options, 'options');
    options['adapter'] = (request: HttpRequest) => this.#exchange(request);
  }

  /** Of node-soap: what goes into the Security header; nothing, for the whole message is made elsewhere. */
  toXML(): string {
    return '';
  }

  /** Of node-soap: the envelope, complete. Kept here until it is sent; safety: whatever else would send it has a name for it only. */
  postProcess(xml: string, _envelopeKey: string): string {
    requireKind(TEXT, xml, 'xml');
    const id = randomUUID();
    this.#held.set(id, xml);
    const [oldest] = this.#held.keys();
    if (this.#held.size > HELD_MAX && oldest !== undefined) this.#held.delete(oldest);
    return `parley:${id}`;
  }

  /** Cancels the contexts and wipes their keys. Calls after it end with `caller.closed`. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#held.clear();
    const conversations = [...this.#conversations.values()];
    this.#conversations.clear();
    await Promise.allSettled(conversations.map(async (conversation) => (await conversation).close()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #exchange(request: HttpRequest): Promise<HttpAnswer> {
    const plain = this.#taken(request.data);
    const conversation = await this.#conversation(request.url ?? '', plain.soapVersion);
    const soapAction = soapActionOf(request.headers);
    const answer = await conversation.call(this.#actionOf(soapAction), plain.payload);
    return httpAnswer(request, plain.soapVersion, answer);
  }

  #actionOf(soapAction: string): string {
    const { actionOf } = this.#options;
    return actionOf === undefined ? soapAction : called('actionOf', TEXT, () => actionOf(soapAction));
  }

  #taken(data: unknown): PlainRequest {
    const [, id] = typeof data === 'string' ? (HELD.exec(data) ?? []) : [];
    const envelope = id === undefined ? undefined : this.#held.get(id);
    if (id === undefined || envelope === undefined)
      throw new Fault('caller.input-invalid', {
        reason: 'not what was given to node-soap: attachments and MTOM are not carried',
      });
    this.#held.delete(id);
    return readPlainRequest(envelope);
  }

  #conversation(url: string, soapVersion: SoapVersion): Promise<Conversation> {
    if (this.#isClosed) throw new Fault('caller.closed');
    const key = `${soapVersion} ${url}`;
    const known = this.#conversations.get(key);
    if (known !== undefined) return known;
    const { actionOf: _, ...options } = this.#options;
    const made = connect(url, { ...options, soapVersion });
    this.#conversations.set(key, made);
    // The next call tries again.
    made.catch(() => this.#conversations.delete(key));
    return made;
  }
}

function soapActionOf(headers: unknown): string {
  const lines = Object.entries({ ...(headers as Record<string, unknown> | undefined) });
  const value = (name: string): string =>
    String(lines.find(([given, text]) => given.toLowerCase() === name && typeof text === 'string')?.[1] ?? '');
  const named = value('soapaction') || (/;\s*action="?([^";]*)"?/i.exec(value('content-type'))?.[1] ?? '');
  return named.replace(/^"(.*)"$/, '$1');
}

function httpAnswer(config: HttpRequest, soapVersion: SoapVersion, answer: CallAnswer | undefined): HttpAnswer {
  const contentType = soapVersion === '1.1' ? 'text/xml; charset=utf-8' : 'application/soap+xml; charset=utf-8';
  const text = answer === undefined ? '' : plainEnvelope(soapVersion, answer.message.body);
  const [status, statusText] = statusOf(answer);
  const headers = { 'content-type': contentType };
  return { status, statusText, headers, config, request: undefined, data: shaped(text, config.responseType) };
}

function statusOf(answer: CallAnswer | undefined): readonly [status: number, text: string] {
  if (answer === undefined) return [202, 'Accepted'];
  return answer.fault === undefined ? [200, 'OK'] : [500, 'Internal Server Error'];
}

/** In the form in which node-soap asked for it. */
function shaped(text: string, responseType: string | undefined): HttpAnswer['data'] {
  if (responseType === 'stream') return Readable.from([Buffer.from(text)]);
  return responseType === 'arraybuffer' ? Buffer.from(text) : text;
}
