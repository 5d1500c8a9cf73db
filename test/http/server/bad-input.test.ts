// What strangers do to an HTTP endpoint, on real sockets.
import { once } from 'node:events';
import net from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { connect } from '@parley/http';
import { expect, test } from 'vitest';
import { echo, payload, type RunningService, serve, WAYS } from '../http-fixture.ts';
import { post, raw } from '../raw.ts';

const WAY = WAYS['the service’s certificate']!;

/** Still serves an honest client. */
async function works(service: RunningService): Promise<void> {
  const conversation = await connect(service.url, WAY().client);
  expect((await conversation.call('urn:app/Echo', payload('still there')))?.fault).toBeUndefined();
  await conversation.close();
}

test.each([
  ['another path', post('', {}, '/elsewhere'), 404, 'peer.http-target'],
  ['another method', 'GET /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', 405, 'peer.http-method'],
  ['no content type', post('<x/>', { 'Content-Type': '' }), 415, 'peer.http-content-type'],
  ['JSON', post('{}', { 'Content-Type': 'application/json' }), 415, 'peer.http-content-type'],
  ['a compressed body', post('<x/>', { 'Content-Encoding': 'gzip' }), 415, 'peer.http-content-type'],
  ['a body that says it is too long', post('', { 'Content-Length': '99999999' }), 413, 'peer.http-body-too-large'],
  ['no XML', post('hello'), 500, 'peer.xml-malformed'],
  ['no envelope', post('<x/>'), 500, 'peer.structure-invalid'],
  [
    'an envelope of the other version',
    post('<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body/></s:Envelope>'),
    500,
    'peer.soap-version-mismatch',
  ],
  [
    'no security',
    post('<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body/></s:Envelope>'),
    500,
    'peer.security-header-missing',
  ],
])('T65: %s', async (_name, request, status, code) => {
  const service = await serve(WAY());
  const answer = await raw(service, request);
  expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect(service.refusals).toMatchObject([{ status, failure: { code } }]);
  await works(service);
  await service.stop();
});

test('T65: a body in chunks that grows too long', async () => {
  const service = await serve(WAY(), undefined, { bodyBytesMax: 20_000 });
  const chunk = `${(10_000).toString(16)}\r\n${'x'.repeat(10_000)}\r\n`;
  const head = post('', { 'Transfer-Encoding': 'chunked' }).replace(/Content-Length: 0\r\n/, '');
  expect(await raw(service, `${head}${chunk.repeat(3)}0\r\n\r\n`)).toMatch(/^HTTP\/1.1 413 /);
  await works(service);
  await service.stop();
});

test('T65: bodies that come slowly, or not at all, are given up; nobody waits for them', async () => {
  const service = await serve(WAY(), undefined, { bodyTimeoutMs: 1500 });
  const slow = Array.from({ length: 200 }, () => raw(service, post('', { 'Content-Length': '5000' })));
  await pause(200);
  await works(service);
  for (const answer of await Promise.all(slow)) expect(answer).toMatch(/^HTTP\/1.1 408 /);
  expect(service.http.stats.inWork).toBe(0);
  await service.stop();
});

test('T65: incomplete bodies share their room: the oldest give way', async () => {
  const service = await serve(WAY(), undefined, { incompleteBytesMax: 100_000, bodyTimeoutMs: 3000 });
  const half = post('', { 'Content-Length': '50000' }) + 'x'.repeat(30_000);
  const slow = Array.from({ length: 8 }, () => raw(service, half));
  await pause(300);
  await works(service);
  const answers = await Promise.all(slow);
  const busy = answers.filter((answer) => answer.startsWith('HTTP/1.1 503 ')).length;
  expect(busy).toBeGreaterThanOrEqual(5);
  expect(answers.filter((answer) => answer.startsWith('HTTP/1.1 408 ')).length).toBe(8 - busy);
  await service.stop();
});

test('T65: requests that are cut, a thousand at once, leave nothing behind', async () => {
  const service = await serve(WAY());
  const cut = Array.from({ length: 1000 }, async () => {
    const { port } = new URL(service.url);
    const socket = net.connect(Number(port), '127.0.0.1').on('error', () => undefined);
    await once(socket, 'connect');
    socket.write(post('', { 'Content-Length': '5000' }));
    socket.destroy();
  });
  await Promise.all(cut);
  await works(service);
  expect(service.http.stats.inWork).toBe(0);
  await service.stop();
});

test('T66: a request that offers h2c is served as HTTP/1.1', async () => {
  const service = await serve(WAY());
  const headers = {
    Connection: 'Upgrade, HTTP2-Settings, close',
    Upgrade: 'h2c',
    'HTTP2-Settings': 'AAEAAEAAAAIAAAAA',
  };
  expect(await raw(service, post('<x/>', headers))).toMatch(/^HTTP\/1.1 500 /);
  await service.stop();
});

test('T68: handshakes have places of their own, so that they starve no conversation', async () => {
  const service = await serve(WAY(), undefined, { handshakesMax: 1, requestsMax: 4 });
  const conversation = await connect(service.url, WAY().client);
  const crowd = Array.from({ length: 30 }, () =>
    connect(service.url, { ...WAY().client, cancel: false }).then(
      async (other) => {
        await other.close();
        return 'ok';
      },
      (error: { code: string }) => error.code,
    ),
  );
  expect((await conversation.call('urn:app/Echo', payload('mine')))?.fault).toBeUndefined();
  const outcomes = new Set(await Promise.all(crowd));
  expect([...outcomes].filter((code) => code !== 'ok' && code !== 'peer.http-answer')).toEqual([]);
  await conversation.close();
  await service.stop();
});

test('draining: what is in work is answered, what comes is sent away', async () => {
  const service = await serve(WAY(), undefined, {}, async (call) => {
    await pause(500);
    return await echo(call);
  });
  const conversation = await connect(service.url, { ...WAY().client, cancel: false });
  const under = conversation.call('urn:app/Echo', payload('under way'));
  while (service.http.stats.inWork === 0) await pause(1);
  const drained = service.http.drain();
  expect((await under)?.fault).toBeUndefined();
  await drained;
  await expect(conversation.call('urn:app/Echo', payload('late'))).rejects.toMatchObject({
    code: 'peer.http-answer',
    detail: { status: 503 },
  });
  await conversation.close();
  await service.stop();
});
