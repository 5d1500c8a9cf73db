// The same endpoints behind a server of HTTP/2: whole conversations, bounds, cut streams, and a drain.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http2 from 'node:http2';
import type { AddressInfo } from 'node:net';
import { MemoryContextStore, Responder } from '@parley/conversation';
import type { Refusal, Service } from '@parley/http';
import { connect, HttpResponder } from '@parley/http';
import { Agent } from 'undici';
import { expect, test } from 'vitest';
import { AMBIENT, echo, payload, WAYS } from './http-fixture.ts';

const pem = (name: string): Buffer =>
  readFileSync(new URL(`../../benchmarks/messages/keys/${name}.pem`, import.meta.url));
const CONNECT = { ca: pem('root'), checkServerIdentity: () => undefined };

async function served(service: Service = echo) {
  const way = WAYS['username over TLS']!();
  const refusals: Refusal[] = [];
  const responder = new Responder({ store: new MemoryContextStore(), ambient: AMBIENT, bootstrap: way.server });
  const endpoint = new HttpResponder({
    endpoints: { '/echo': { responder, service } },
    bodyBytesMax: 100_000,
    bodyTimeoutMs: 1000,
    onRefused: (refusal) => refusals.push(refusal),
  });
  const versions = new Set<string>();
  const server = http2
    .createSecureServer({ cert: pem('bob'), key: pem('bob-private'), allowHTTP1: true }, endpoint.handler)
    .on('request', (request: http2.Http2ServerRequest) => versions.add(request.httpVersion))
    .listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const session = http2.connect(origin, CONNECT);
  /** One request on a session of our own; its status. */
  const ask = async (headers: http2.OutgoingHttpHeaders, body: string, ends = true): Promise<number> => {
    const stream = session.request({ ':method': 'POST', ':path': '/echo', ...headers }).on('error', () => undefined);
    stream.write(body);
    if (ends) stream.end();
    const [got] = (await once(stream, 'response')) as [http2.IncomingHttpHeaders & { ':status': number }];
    stream.resume().close();
    return got[':status'];
  };
  const dispatcher = new Agent({ allowH2: true, connect: CONNECT });
  return {
    client: { ...way.client, dispatcher },
    url: `${origin}/echo`,
    endpoint,
    refusals,
    versions,
    session,
    ask,
    stop: async () => {
      session.destroy();
      await dispatcher.destroy();
      server.close();
      await responder.close();
    },
  };
}

test('issue, calls at once, renew, cancel over HTTP/2', async () => {
  const service = await served();
  const conversation = await connect(service.url, service.client);
  const texts = Array.from({ length: 12 }, (_, index) => `call ${index}`);
  const answers = Promise.all(texts.map((text) => conversation.call('urn:app/Echo', payload(text))));
  await conversation.renew();
  expect((await answers).map((answer) => new TextDecoder().decode(answer?.message.body))).toEqual(
    texts.map((text) => expect.stringContaining(`>${text}<`)),
  );
  await conversation.cancel();
  expect([...service.versions]).toEqual(['2.0']);
  expect(service.refusals).toEqual([]);
  await service.stop();
});

test('T65: what is wrong on one stream is refused there, and the others go on', async () => {
  const service = await served();
  const conversation = await connect(service.url, { ...service.client, cancel: false });
  const soap = { 'content-type': 'application/soap+xml' };
  const asked = await Promise.all([
    service.ask({ ...soap, ':path': '/other' }, '<x/>'),
    service.ask({ ...soap, ':method': 'PUT' }, '<x/>'),
    service.ask({ 'content-type': 'application/json' }, '{}'),
    service.ask(soap, 'x'.repeat(200_000)),
    service.ask(soap, '<x', false),
    service.ask(soap, '<x/>'),
  ]);
  expect(asked).toEqual([404, 405, 415, 413, 408, 500]);
  const cut = service.session.request({ ':method': 'POST', ':path': '/echo', ...soap }).on('error', () => undefined);
  cut.write('<x');
  await expect.poll(() => service.endpoint.stats.requests).toBeGreaterThan(6);
  cut.close(http2.constants.NGHTTP2_CANCEL);
  expect((await conversation.call('urn:app/Echo', payload('beside')))?.fault).toBeUndefined();
  await expect.poll(() => service.refusals.map(({ failure }) => failure.code)).toContain('peer.http-body-incomplete');
  expect(service.endpoint.stats.inWork).toBe(0);
  await conversation.close();
  await service.stop();
});

test('a drain answers what is in work, and refuses what comes', async () => {
  const gate: { open?: () => void } = {};
  const opened = new Promise<void>((open) => {
    gate.open = open;
  });
  const service = await served(async (call) => {
    await opened;
    return await echo(call);
  });
  const conversation = await connect(service.url, { ...service.client, cancel: false });
  const under = conversation.call('urn:app/Echo', payload('under way'));
  await expect.poll(() => service.endpoint.stats.inWork).toBe(1);
  const drained = service.endpoint.drain();
  expect(await service.ask({ 'content-type': 'application/soap+xml' }, '<x/>')).toBe(503);
  gate.open?.();
  expect((await under)?.fault).toBeUndefined();
  await drained;
  await conversation.close();
  await service.stop();
});
