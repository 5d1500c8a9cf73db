/** Asks a running gateway, over its socket. */
import http from 'node:http';
import { createInterface } from 'node:readline';
import { Fault, isFaultCode } from '@parley/core';
import { oneOf, requireKind, TEXT } from '@parley/core/internal';
import { checkSocket, unreachable } from './admin-socket.ts';

/** What can be asked for. */
export type AdminRequest = 'status' | 'list' | 'show' | 'cancel' | 'drain';

const REQUESTS: Readonly<Record<AdminRequest, readonly [method: string, path: string]>> = {
  status: ['GET', '/status'],
  list: ['GET', '/contexts'],
  show: ['GET', '/context'],
  cancel: ['POST', '/cancel'],
  drain: ['POST', '/drain'],
};

const NAME = oneOf(Object.keys(REQUESTS) as AdminRequest[]);

/** No store takes a longer name, and no gateway so long a question. */
const IDENTIFIER_BYTES_MAX = 1024;
const LINES = 'application/x-ndjson';
const STATUSES: ReadonlySet<number | undefined> = new Set([200, 400]);

type Answer = Readonly<Record<string, unknown>>;

/**
 * Asks the gateway that listens at `socket`; `identifier` is that of a context, to show or cancel. Gives what it answers, object by object.
 * @throws Fault (the iteration) `caller.store-permissions` others could listen there, `caller.input-unreadable` nobody does, or no gateway, or one that
 *   ended meanwhile; `caller.input-invalid` no such context
 */
export async function* askGateway(
  socket: string,
  request: AdminRequest,
  identifier = '',
): AsyncGenerator<Answer, void, undefined> {
  requireKind(TEXT, socket, 'socket');
  requireKind(NAME, request, 'request');
  requireKind(TEXT, identifier, 'identifier');
  const lengthBytes = new TextEncoder().encode(identifier).length;
  if (lengthBytes > IDENTIFIER_BYTES_MAX)
    throw new Fault('caller.input-invalid', { lengthBytes, reason: 'longer than any identifier' });
  await checkSocket(socket);
  const [method, path] = REQUESTS[request];
  const response = await responseOf(socket, method, `${path}?${new URLSearchParams({ identifier })}`);
  let count = 0;
  for await (const answer of answersIn(socket, response)) {
    if (answer['failed'] === true) throw failureOf(socket, answer);
    count++;
    yield answer;
  }
  // safety: what was not said to be done is not done.
  if (count === 0 && request !== 'list') throw noGateway(socket, 'no answer');
}

async function* answersIn(socket: string, response: http.IncomingMessage): AsyncGenerator<Answer, void, undefined> {
  const { statusCode, headers } = response;
  if (headers['content-type'] !== LINES || !STATUSES.has(statusCode)) throw noGateway(socket, `status ${statusCode}`);
  for await (const line of linesOf(socket, response)) yield answerOf(socket, line);
}

async function* linesOf(socket: string, response: http.IncomingMessage): AsyncGenerator<string, void, undefined> {
  try {
    yield* createInterface({ input: response, crlfDelay: Number.POSITIVE_INFINITY });
  } catch (error) {
    throw unreachable(socket, error);
  }
  // safety: of a response that was cut, the lines may end as if nothing had been.
  if (!response.complete) throw noGateway(socket, 'half of an answer');
}

function answerOf(socket: string, line: string): Answer {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Answer;
  } catch {
    // Whatever it is.
  }
  throw noGateway(socket, 'an answer that is none');
}

function responseOf(socketPath: string, method: string, path: string): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = http.request({ socketPath, method, path }, resolve);
    request.on('error', (error) => reject(unreachable(socketPath, error)));
    request.end();
  });
}

function failureOf(socket: string, { code, detail }: Answer): Fault {
  if (typeof code !== 'string' || !isFaultCode(code)) return noGateway(socket, 'a failure that nobody knows');
  return new Fault(code, typeof detail === 'object' && detail !== null ? (detail as Fault['detail']) : {});
}

/** What listens there is none. */
function noGateway(socket: string, reason: string): Fault {
  return new Fault('caller.input-unreadable', { path: socket, reason: `no gateway listens there: ${reason}` });
}
