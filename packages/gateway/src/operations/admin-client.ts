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

/**
 * Asks the gateway that listens at `socket`; `identifier` is that of a context, to show or cancel. Gives what it answers, object by object.
 * @throws Fault (the iteration) `caller.store-permissions` others could listen there, `caller.input-unreadable` nobody does;
 *   `caller.input-invalid` no such context
 */
export async function* askGateway(
  socket: string,
  request: AdminRequest,
  identifier = '',
): AsyncGenerator<Readonly<Record<string, unknown>>, void, undefined> {
  requireKind(TEXT, socket, 'socket');
  requireKind(NAME, request, 'request');
  requireKind(TEXT, identifier, 'identifier');
  await checkSocket(socket);
  const [method, path] = REQUESTS[request];
  const response = await responseOf(socket, method, `${path}?${new URLSearchParams({ identifier })}`);
  for await (const line of createInterface({ input: response, crlfDelay: Number.POSITIVE_INFINITY })) {
    const value = JSON.parse(line) as Readonly<Record<string, unknown>>;
    if (value['failed'] === true) throw failureOf(value);
    yield value;
  }
}

function responseOf(socketPath: string, method: string, path: string): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = http.request({ socketPath, method, path }, resolve);
    request.on('error', (error) => reject(unreachable(socketPath, error)));
    request.end();
  });
}

function failureOf({ code, detail }: Readonly<Record<string, unknown>>): Fault {
  const known = typeof code === 'string' && isFaultCode(code) ? code : 'internal.invariant';
  return new Fault(known, detail as Fault['detail']);
}
