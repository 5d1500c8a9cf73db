import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import { setTimeout as pause } from 'node:timers/promises';
import { TLSSocket } from 'node:tls';
import type { FailedReply, Tracing } from '@parley/core';
import { Fault } from '@parley/core';
import { called, FLAG, failedReply, requireKind, whole } from '@parley/core/internal';
import { Admission } from './admission.ts';
import { EndingExchange } from './ending-exchange.ts';
import type { HttpAnswer, RequestHead } from './exchange.ts';
import { Exchange } from './exchange.ts';
import type { Outcome } from './http-books.ts';
import { HttpBooks } from './http-books.ts';
import { PlainExchange } from './plain-exchange.ts';
import { BodyReader } from './read-body.ts';
import { refusalStatus } from './refusal-status.ts';
import type { Endpoint, HttpResponderOptions, HttpResponderSettings } from './settings.ts';
import { CLIENT, completeHttpResponderSettings } from './settings.ts';

const DELAY_MS = whole(0, 2 ** 31 - 1);

type Request = IncomingMessage | Http2ServerRequest;
type Response = ServerResponse | Http2ServerResponse;

/** Counters since it was made, and what is under way. */
export interface HttpResponderStats {
  readonly requests: number;
  readonly refused: number;
  /** In work: their bodies are there, their answers are not. */
  readonly inWork: number;
}

/**
 * Responders behind HTTP: `handler` is a listener for `node:http`, `node:https` and `node:http2` servers. It reads bodies
 * under bounds, asks the endpoint of the path, and answers with the status and the content type of the message's SOAP version.
 * Nothing of a failure goes to the peer but its uniform SOAP fault; `onRefused` is told the rest.
 *
 * It listens to no `upgrade`: a request that offers h2c, as Java clients do, is served as HTTP/1.1.
 */
export class HttpResponder {
  readonly #endpoints: ReadonlyMap<string, Endpoint>;
  readonly #settings: HttpResponderSettings;
  readonly #bodies: BodyReader;
  readonly #admission: Admission;
  readonly #books: HttpBooks;
  #requests = 0;
  #refused = 0;
  #isLeaving = false;

  /** @throws Fault `caller.option-invalid` */
  constructor(options: HttpResponderOptions) {
    this.#settings = completeHttpResponderSettings(options);
    this.#endpoints = new Map(Object.entries(options.endpoints));
    this.#bodies = new BodyReader(this.#settings);
    this.#admission = new Admission(this.#settings);
    this.#books = new HttpBooks(options.telemetry, () => this.#admission.requests);
  }

  /** To be given to a server, as it is. Never throws, never rejects. */
  readonly handler = (request: Request, response: Response): void => {
    void this.#serve(request, response);
  };

  get stats(): HttpResponderStats {
    return { requests: this.#requests, refused: this.#refused, inWork: this.#admission.requests };
  }

  /**
   * For `delayMs` it serves on, and asks each client to come on another connection, so that who hands requests out can go elsewhere; then it
   * refuses what comes with 503 and resolves when all that was in work is answered, and the application is done with what it was handed. The server is the caller's to close.
   * @throws Fault (rejects) `caller.option-invalid`
   */
  async drain(delayMs = 0): Promise<void> {
    requireKind(DELAY_MS, delayMs, 'delayMs');
    this.#isLeaving = true;
    if (delayMs > 0) await pause(delayMs);
    await this.#admission.close();
    // safety: messages of sequences may still be with the application, and would be handed over again.
    const endpoints = [...this.#endpoints.values()];
    await Promise.all(endpoints.map(async (each) => ('responder' in each ? await each.responder.idle() : undefined)));
  }

  async #serve(request: Request, response: Response): Promise<void> {
    this.#requests++;
    const path = pathOf(request.url);
    const endpoint = this.#endpoints.has(path) ? path : '';
    await this.#books.exchange(endpoint, request.headers, () => this.#served(request, response, path));
  }

  async #served(request: Request, response: Response, path: string): Promise<Outcome> {
    try {
      const answer = await this.#answer(request, response, path);
      if (answer.failure !== undefined) this.#tell(answer.failure, path, answer.status, request);
      this.#send(request, response, answer);
      return answer;
    } catch (error) {
      const failure = failedReply(error);
      const status = refusalStatus(failure.code);
      this.#tell(failure, path, status, request);
      this.#refuse(request, response, status);
      return { status, failure };
    }
  }

  async #answer(request: Request, response: Response, path: string): Promise<HttpAnswer> {
    const endpoint = this.#endpoints.get(path);
    if (endpoint === undefined) throw new Fault('peer.http-target');
    if (request.method !== 'POST') throw new Fault('peer.http-method', { method: String(request.method).slice(0, 20) });
    const client = this.#client(request);
    const address = this.#address(request);
    const gone = (): Promise<void> => goneFrom(response);
    const head = { path, isSecure: this.#isSecure(request), client, address, headers: request.headers, gone };
    const exchange = exchangeAt(endpoint, head, this.#books.tracing);
    const body = await this.#bodies.read(request, request.headers['content-length']);
    const leave = this.#admission.enter(exchange.isHandshake);
    try {
      return await exchange.run(body);
    } finally {
      leave();
    }
  }

  #isSecure(request: Request): boolean {
    const { isSecure } = this.#settings;
    if (isSecure === undefined) return request.socket instanceof TLSSocket;
    return called('isSecure', FLAG, () => isSecure(request));
  }

  #client(request: Request): string | undefined {
    const { clientOf } = this.#settings;
    return clientOf && called('clientOf', CLIENT, () => clientOf(request));
  }

  #address(request: Request): string | undefined {
    const { addressOf } = this.#settings;
    return addressOf === undefined
      ? request.socket?.remoteAddress
      : called('addressOf', CLIENT, () => addressOf(request));
  }

  #send(request: Request, response: Response, { status, headers, body }: HttpAnswer): void {
    if (this.#isLeaving && request.httpVersionMajor === 1) response.setHeader('connection', 'close');
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    response.setHeader('content-length', body.length);
    response.statusCode = status;
    response.end(body);
  }

  /** What is still to come of the request is not read: the connection ends with the answer. */
  #refuse(request: Request, response: Response, status: number): void {
    if (response.headersSent || response.destroyed) return;
    response.statusCode = status;
    response.setHeader('content-length', 0);
    if (status === 405) response.setHeader('allow', 'POST');
    if (status === 503) response.setHeader('retry-after', 1);
    if (!request.complete && request.httpVersionMajor === 1) response.setHeader('connection', 'close');
    response.end(() => {
      if (!request.complete) request.destroy();
    });
  }

  #tell(failure: FailedReply, path: string, status: number, request: Request): void {
    this.#refused++;
    const refusal = { failure, path, status, remoteAddress: request.socket?.remoteAddress };
    this.#books.refused(refusal);
    try {
      this.#settings.onRefused?.(refusal);
    } catch {
      // A logger that fails is no reason to leave a peer without its answer.
    }
  }
}

function exchangeAt(
  endpoint: Endpoint,
  head: RequestHead,
  tracing: Tracing,
): Exchange | PlainExchange | EndingExchange {
  if ('plain' in endpoint) return new PlainExchange(endpoint, head);
  return 'conversations' in endpoint ? new EndingExchange(endpoint, head) : new Exchange(endpoint, head, tracing);
}

/** Resolves when `response` can reach nobody any more. */
async function goneFrom(response: Response): Promise<void> {
  const { destroyed } = 'stream' in response ? response.stream : response;
  if (!destroyed) await new Promise((resolve) => response.once('close', resolve));
}

/** Without the query, which names no other endpoint. */
function pathOf(target: string | undefined): string {
  return (target ?? '').replace(/[?#].*$/s, '');
}
