// What `parley admin` makes of what comes over its socket, and the socket of what is sent to it: nothing is taken for done that was not.
import { once } from 'node:events';
import { chmodSync, mkdirSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { Fault } from '@parley/core';
import { askGateway } from '@parley/gateway';
import { expect, test } from 'vitest';
import { atEnd, echo, folder, gatewayOf, ingress, plainService } from './gateway-fixture.ts';

type Request = Parameters<typeof askGateway>[1];

const SOCKET = 'operations: { socket: run/parley.sock }';
const REQUESTS: readonly Request[] = ['status', 'list', 'show', 'cancel', 'drain'];

/** What it gives, or the code that it ends with. */
async function outcome(socket: string, request: Request, identifier?: string): Promise<unknown> {
  const answers: unknown[] = [];
  try {
    for await (const answer of askGateway(socket, request, identifier)) answers.push(answer);
    return answers;
  } catch (error) {
    return error instanceof Fault ? error.code : error;
  }
}

/** A socket at which whoever connects is answered `octets`, and no more. */
async function answering(octets: string): Promise<string> {
  const where = path.join(await folder(), 'own');
  mkdirSync(where, { mode: 0o700 });
  const socket = path.join(where, 'a.sock');
  const server = net.createServer((client) => {
    client.on('error', () => undefined);
    client.once('data', () => client.end(octets));
  });
  server.listen(socket);
  await once(server, 'listening');
  atEnd(() => void server.close());
  chmodSync(socket, 0o600);
  return socket;
}

const head = (status: string, type = 'application/x-ndjson'): string =>
  `HTTP/1.1 ${status}\r\ncontent-type: ${type}\r\n`;
const whole = (body: string, status = '200 OK', type?: string): string =>
  `${head(status, type)}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

const NO_ANSWERS: Readonly<Record<string, string>> = {
  'nothing at all': '',
  'another protocol': '+PONG\r\n',
  'a page of somebody else': whole('<html>', '200 OK', 'text/html'),
  'another status': whole('', '431 Request Header Fields Too Large'),
  'no JSON': whole('not json\n'),
  'half of an object': whole('{"a":'),
  'an object that is cut': `${head('200 OK')}content-length: 100\r\n\r\n{"a":1}\n{"b"`,
  'a connection that ends between objects': `${head('200 OK')}transfer-encoding: chunked\r\n\r\n8\r\n{"a":1}\n\r\n`,
  'a list': whole('[1]\n'),
  null: whole('null\n'),
  'a word': whole('"drained"\n'),
};

test.each(Object.entries(NO_ANSWERS))('%s is no answer of a gateway', async (_, octets) => {
  const socket = await answering(octets);
  for (const request of REQUESTS) expect(await outcome(socket, request, 'urn:uuid:1')).toBe('caller.input-unreadable');
});

test('to one question there is one answer; of a list there may be none', async () => {
  const socket = await answering(whole(''));
  for (const request of REQUESTS)
    expect(await outcome(socket, request, 'urn:uuid:1')).toEqual(request === 'list' ? [] : 'caller.input-unreadable');
});

test('a failure has its code; one that nobody knows is none of ours', async () => {
  const failed = (code: string, detail: string) =>
    answering(whole(`{"failed":true,"code":${code},"detail":${detail}}\n`, '400 Bad Request'));
  expect(await outcome(await failed('"internal.store-unavailable"', '{}'), 'list')).toBe('internal.store-unavailable');
  for (const code of ['"constructor"', '5', 'null'])
    expect(await outcome(await failed(code, '5'), 'list')).toBe('caller.input-unreadable');
  expect(await outcome(await failed('"caller.input-invalid"', '5'), 'list')).toBe('caller.input-invalid');
});

const served = async (): Promise<string> => {
  const where = await folder();
  await gatewayOf(where, ingress(await plainService(echo()), SOCKET));
  return path.join(where, 'run', 'parley.sock');
};

test('what can be nobody’s name is nobody’s', async () => {
  const socket = await served();
  for (const identifier of ['', '\0', '\ud800', 'x\ny', '%', '\u20ac'.repeat(300), 'a'.repeat(1024)]) {
    expect(await outcome(socket, 'show', identifier)).toBe('caller.input-invalid');
    expect(await outcome(socket, 'cancel', identifier)).toMatchObject([{ cancelled: false }]);
  }
  for (const identifier of ['a'.repeat(1025), 'a'.repeat(100_000), '\u20ac'.repeat(10_000)])
    for (const request of ['show', 'cancel'] as const)
      expect(await outcome(socket, request, identifier)).toBe('caller.input-invalid');
});

test('whoever sends it something else is told so, and it goes on', async () => {
  const socket = await served();
  const sends: readonly (readonly [string, RegExp])[] = [
    ['GET //[ HTTP/1.1\r\nHost: a\r\n\r\n', /"caller\.input-invalid"/],
    ['POST http://%zz/drain HTTP/1.1\r\nHost: a\r\n\r\n', /"caller\.input-invalid"/],
    ['GET /drain HTTP/1.1\r\nHost: a\r\n\r\n', /"caller\.input-invalid"/],
    [`GET /${'a'.repeat(100_000)} HTTP/1.1\r\n\r\n`, /^HTTP\/1\.1 431/],
    ['{"request":"drain"', /^HTTP\/1\.1 400/],
    [String.fromCharCode(...Array(256).keys()), /^HTTP\/1\.1 400/],
  ];
  for (const [octets, answer] of sends) {
    const client = net.connect(socket).on('error', () => undefined);
    let got = '';
    client.on('data', (piece) => {
      got += piece;
    });
    client.write(octets, 'latin1');
    await expect.poll(() => got, { timeout: 5000 }).toMatch(answer);
    client.destroy();
  }
  expect(await outcome(socket, 'status')).toMatchObject([{ requests: 0 }]);
  const twice = await Promise.all([outcome(socket, 'drain'), outcome(socket, 'drain')]);
  expect(twice).toEqual([[{ drained: true }], [{ drained: true }]]);
  expect(await outcome(socket, 'drain')).toEqual([{ drained: true }]);
});
