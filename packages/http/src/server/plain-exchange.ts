import { requireKind } from '@parley/core/internal';
import type { SoapHeaders } from '../binding/soap-headers.ts';
import { soapHeaders } from '../binding/soap-headers.ts';
import type { HttpAnswer, RequestHead } from './exchange.ts';
import { serviceFault, soapHeadersOf } from './exchange.ts';
import type { PlainAnswer, PlainEndpoint } from './settings.ts';
import { PLAIN_ANSWER } from './settings.ts';

/** One request that nothing secures, and its answer. */
export class PlainExchange {
  readonly isHandshake = false;
  readonly #endpoint: PlainEndpoint;
  readonly #path: string;
  readonly #soap: SoapHeaders;

  /** @throws Fault `peer.http-content-type` */
  constructor(endpoint: PlainEndpoint, head: RequestHead) {
    this.#endpoint = endpoint;
    this.#path = head.path;
    this.#soap = soapHeadersOf(head);
  }

  /** Answers the request whose body this is (borrowed until the promise resolves). @throws Fault the endpoint's own; `internal.service-failed` it threw another */
  async run(body: Uint8Array): Promise<HttpAnswer> {
    const { status, octets, failure } = await this.#answer(body);
    const headers = octets.length === 0 ? {} : soapHeaders(this.#soap.soapVersion, undefined);
    return { status, headers, body: octets, failure };
  }

  async #answer(body: Uint8Array): Promise<PlainAnswer> {
    try {
      const answer = await this.#endpoint.plain({ octets: body, path: this.#path, ...this.#soap });
      requireKind(PLAIN_ANSWER, answer, 'plain()');
      return answer;
    } catch (error) {
      throw serviceFault(error);
    }
  }
}
