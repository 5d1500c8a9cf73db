import { randomUUID } from 'node:crypto';
import { namedContexts, writeFaultReply } from '@parley/conversation';
import type { FailedReply } from '@parley/core';
import { Fault } from '@parley/core';
import { called, failedReply } from '@parley/core/internal';
import type { SoapHeaders } from '../binding/soap-headers.ts';
import { soapHeaders } from '../binding/soap-headers.ts';
import type { HttpAnswer, RequestHead } from './exchange.ts';
import { soapHeadersOf } from './exchange.ts';
import type { EndingConversation, InitiatorEndpoint } from './settings.ts';
import { CONVERSATIONS } from './settings.ts';

/** A request of a service whose context we have, and its answer. */
export class EndingExchange {
  readonly isHandshake = true;
  readonly #endpoint: InitiatorEndpoint;
  readonly #isSecure: boolean;
  readonly #soap: SoapHeaders;

  /** @throws Fault `peer.http-content-type` */
  constructor(endpoint: InitiatorEndpoint, head: RequestHead) {
    this.#endpoint = endpoint;
    this.#isSecure = head.isSecure;
    this.#soap = soapHeadersOf(head);
  }

  /** Answers the request whose body this is (borrowed until the promise resolves). Never rejects for what it holds. */
  async run(body: Uint8Array): Promise<HttpAnswer> {
    const meant = this.#meantBy(body);
    const reply = await (meant?.receiveRequest(body, { secure: this.#isSecure, ...this.#soap }) ?? UNKNOWN);
    if (reply.ok && reply.value.length === 0) return { status: 202, headers: {}, body: reply.value };
    const headers = soapHeaders(this.#soap.soapVersion, undefined);
    return reply.ok
      ? { status: 200, headers, body: reply.value }
      : { status: 500, headers, body: this.#refusal(reply), failure: reply };
  }

  /** The one that it names: whose request it is, its key says. */
  #meantBy(body: Uint8Array): EndingConversation | undefined {
    const named = namedContexts(body);
    const conversations = called('conversations', CONVERSATIONS, () => [...this.#endpoint.conversations()]);
    for (const conversation of conversations) {
      const { context } = conversation;
      if (context !== undefined && named.has(context.identifier)) return conversation;
    }
    return undefined;
  }

  #refusal({ code }: FailedReply): Uint8Array {
    return writeFaultReply({
      code,
      soapVersion: this.#soap.soapVersion,
      version: '200512',
      messageId: `urn:uuid:${randomUUID()}`,
      relatesTo: undefined,
      addressing: { version: '1.0', mustUnderstand: false },
    });
  }
}

const UNKNOWN = failedReply(new Fault('peer.bad-context', { reason: 'of no conversation here' }));
