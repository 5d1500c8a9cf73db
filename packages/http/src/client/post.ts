/** One SOAP message over HTTP, and its answer. */
import { Fault } from '@parley/core';
import type { Kind, Members } from '@parley/core/internal';
import {
  connectionFailure,
  instanceOf,
  OCTETS,
  oneOf,
  optional,
  readable,
  requireKind,
  shapeOf,
  TEXT,
  whole,
} from '@parley/core/internal';
import type { SoapVersion } from '@parley/engine';
import type { Dispatcher } from 'undici';
import { errors, request } from 'undici';
import { joined } from '../binding/joined.ts';
import { readSoapHeaders, soapHeaders } from '../binding/soap-headers.ts';
import { abortable } from './abortable.ts';
import { DISPATCHER, SIGNAL, TIMEOUT_MS } from './connection-shape.ts';
import { withinTime } from './within-time.ts';

export interface PostBounds {
  /**
   * From the beginning to the last octet of the answer: looking for the peer, connecting, sending, waiting and taking in, all together. Of
   * `Conversation.call` it bounds the whole call, with a context that is established on the way; of one that is reliable, each attempt.
   */
  readonly answerTimeoutMs: number;
  readonly answerBytesMax: number;
}

export interface OutgoingMessage {
  readonly octets: Uint8Array;
  readonly soapVersion: SoapVersion;
  readonly soapAction: string;
  /** Others that it is sent with, such as those that name a span. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

const ALL_BOUNDS: Members<PostBounds> = { answerTimeoutMs: TIMEOUT_MS, answerBytesMax: whole(1) };
const BOUNDS: Kind<PostBounds> = shapeOf<PostBounds>(ALL_BOUNDS);

export const SOME_BOUNDS: Members<Partial<PostBounds>> = {
  answerTimeoutMs: optional(ALL_BOUNDS.answerTimeoutMs),
  answerBytesMax: optional(ALL_BOUNDS.answerBytesMax),
};

const MESSAGE: Kind<OutgoingMessage> = shapeOf<OutgoingMessage>({
  octets: OCTETS,
  soapVersion: oneOf(['1.1', '1.2']),
  soapAction: TEXT,
  headers: optional(readable()),
});
const ADDRESS = instanceOf<URL>(URL);

export interface IncomingMessage {
  readonly status: number;
  /** Empty where the peer had nothing to say (202, 204). */
  readonly octets: Uint8Array;
  readonly soapAction: string | undefined;
}

/**
 * Posts `message` and takes the answer in, whole.
 *
 * @throws Fault `peer.http-failed` no connection, no answer in time, or one that was cut; `peer.http-answer` the answer is no SOAP
 *   message of the same version, or too long; `caller.aborted`, `caller.option-invalid`
 */
export async function post(
  url: URL,
  message: OutgoingMessage,
  dispatcher: Dispatcher,
  bounds: PostBounds,
  signal: AbortSignal | undefined,
): Promise<IncomingMessage> {
  requireKind(ADDRESS, url, 'url');
  requireKind(MESSAGE, message, 'message');
  requireKind(DISPATCHER, dispatcher, 'dispatcher');
  requireKind(BOUNDS, bounds, 'bounds');
  requireKind(SIGNAL, signal, 'signal');
  try {
    return await withinTime({ url, timeoutMs: bounds.answerTimeoutMs, signal }, async (ending) =>
      // The library lets none that waits for a connection end before there is one.
      abortable(posted(url, message, { dispatcher, answerBytesMax: bounds.answerBytesMax, signal: ending }), ending),
    );
  } catch (error) {
    throw error instanceof Fault ? error : failed(error, url);
  }
}

interface Posting {
  readonly dispatcher: Dispatcher;
  readonly answerBytesMax: number;
  readonly signal: AbortSignal;
}

async function posted(
  url: URL,
  { octets, soapVersion, soapAction, headers: others }: OutgoingMessage,
  { dispatcher, answerBytesMax, signal }: Posting,
): Promise<IncomingMessage> {
  const answer = await request(url, {
    method: 'POST',
    headers: { ...others, ...soapHeaders(soapVersion, soapAction), accept: ACCEPT[soapVersion] },
    body: octets,
    dispatcher,
    signal,
    // They count anew with each piece; the signal ends all of it.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  const { statusCode: status, headers } = answer;
  const body = await readAll(answer.body, status, answerBytesMax);
  if (body.length === 0 && status >= 200 && status < 300) return { status, octets: body, soapAction: undefined };
  const read = answerHeaders(status, headers);
  if (read.soapVersion !== soapVersion) throw noMessage(status, `SOAP ${read.soapVersion}`);
  return { status, octets: body, soapAction: read.soapAction };
}

const ACCEPT: Readonly<Record<SoapVersion, string>> = { '1.1': 'text/xml', '1.2': 'application/soap+xml' };

async function readAll(
  body: Dispatcher.ResponseData['body'],
  status: number,
  answerBytesMax: number,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let gotBytes = 0;
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    gotBytes += chunk.length;
    // Leaving the loop destroys the body, and the connection with it.
    if (gotBytes > answerBytesMax)
      throw new Fault('peer.http-answer', { status, limit: 'answerBytesMax', max: answerBytesMax });
    chunks.push(chunk);
  }
  return joined(chunks);
}

function answerHeaders(
  status: number,
  headers: Dispatcher.ResponseData['headers'],
): ReturnType<typeof readSoapHeaders> {
  const value = (name: string): string | undefined => {
    const found = headers[name];
    return Array.isArray(found) ? found.join(', ') : found;
  };
  try {
    return readSoapHeaders(value('content-type'), undefined, value('content-encoding'));
  } catch (error) {
    throw error instanceof Fault ? noMessage(status, String(error.detail['got'])) : error;
  }
}

function noMessage(status: number, got: string): Fault {
  return new Fault('peer.http-answer', { status, got });
}

function failed(error: unknown, { host }: URL): Fault {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  const meaning = connectionFailure(error)?.meaning;
  const known = { host, reason: code, ...(meaning !== undefined && { meaning }) };
  return new Fault('peer.http-failed', { ...known, sent: isUnsent(error, code) ? 'no' : 'perhaps' }, error);
}

const UNSENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH', 'ENETUNREACH', 'EAI_AGAIN']);

/** Whether no octet of the message can have reached the peer. */
function isUnsent(error: unknown, code: string): boolean {
  return UNSENT.has(code) || CERTIFICATE_REFUSED.test(code) || error instanceof errors.ConnectTimeoutError;
}

/** What `node:tls` says of a server's certificate: it looks before it lets anything be written. */
const CERTIFICATE_REFUSED = /^(?:CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_MISMATCH|ERR_TLS_CERT_)/;
