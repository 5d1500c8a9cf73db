import type { SoapHeaders } from '../binding/soap-headers.ts';
import { soapHeaders } from '../binding/soap-headers.ts';
import type { HttpAnswer, RequestHead } from './exchange.ts';
import { soapHeadersOf } from './exchange.ts';
import type { PlainEndpoint } from './settings.ts';

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

  /** Answers the request whose body this is (borrowed until the promise resolves). @throws what the endpoint does */
  async run(body: Uint8Array): Promise<HttpAnswer> {
    const { status, octets, failure } = await this.#endpoint.plain({ octets: body, path: this.#path, ...this.#soap });
    const headers = octets.length === 0 ? {} : soapHeaders(this.#soap.soapVersion, undefined);
    return { status, headers, body: octets, failure };
  }
}
