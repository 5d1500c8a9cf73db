/** Crowds and clocks, on real sockets: each is refused by its code, leaves nothing behind, and honest clients are served meanwhile. */
import { once } from 'node:events';
import http from 'node:http';
import http2 from 'node:http2';
import type { AddressInfo } from 'node:net';
import net from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import tls from 'node:tls';
import type { PasswordAttempt } from '@parley/conversation';
import {
  envelope,
  Initiator,
  MemoryContextStore,
  passwordMatches,
  peerProfile,
  Responder,
  usernameOverTls,
} from '@parley/conversation';
import { Fault, Secret } from '@parley/core';
import { connect, HttpResponder } from '@parley/http';
import { describe, expect, test } from 'vitest';
import { AMBIENT, echo, PASSWORD, payload, type RunningService, serve, WAYS, type Way } from '../http-fixture.ts';
import { post, raw } from '../raw.ts';

const CROWD = process.env['PARLEY_ATTACKS'] === 'all' ? 10_000 : 1000;
const octets = (text: string): Uint8Array => new TextEncoder().encode(text);
const anybody = ({ username }: { username: string }) => ({
  username,
  password: Secret.copyOf(octets(PASSWORD)),
});

/** Everybody who knows the password, as a principal of his own, over a channel that is said to be secure. */
const everybody = (username: string): Way => ({
  scheme: 'http',
  client: { bootstrap: usernameOverTls.initiator(anybody({ username })), secure: true },
  server: usernameOverTls.responder({
    authenticate: (attempt: PasswordAttempt) =>
      passwordMatches(attempt, octets(PASSWORD)) ? attempt.username : undefined,
  }),
});

async function works(service: RunningService, username = 'honest'): Promise<void> {
  const conversation = await connect(service.url, everybody(username).client);
  expect((await conversation.call('urn:app/Echo', payload('served')))?.fault).toBeUndefined();
  await conversation.close();
}

/** Sockets and timers that are open. */
function handles(): number {
  const kinds = ['TCPSocketWrap', 'TLSWrap', 'Timeout'];
  return process.getActiveResourcesInfo().filter((kind) => kinds.includes(kind)).length;
}

async function fewHandles(most: number): Promise<void> {
  await expect.poll(handles, { timeout: 20_000, interval: 50 }).toBeLessThanOrEqual(most);
}

const SECURE = { isSecure: () => true };

test('T55: establishments that nobody goes on with have an end for each principal, and starve nobody else', async () => {
  const before = handles();
  const heapBefore = process.memoryUsage().heapUsed;
  const service = await serve(everybody('mallory'), undefined, SECURE, echo, undefined, {
    contextsPerPrincipalMax: 50,
    requestsPerPrincipalMax: 100_000,
  });
  const initiator = new Initiator({
    version: '200512',
    soapVersion: '1.2',
    to: service.url,
    ambient: AMBIENT,
    bootstrap: usernameOverTls.initiator(anybody({ username: 'mallory' })),
  });
  const agent = new http.Agent({ keepAlive: true, maxSockets: 20 });
  const statuses = new Map<number, number>();
  const establish = async (): Promise<void> => {
    const asked = initiator.requestIssue({ secure: true });
    if (!asked.ok) throw new Fault(asked.code, asked.detail);
    const headers = { 'content-type': `application/soap+xml; action="${asked.value.soapAction}"` };
    const request = http.request(service.url, { method: 'POST', agent, headers }).end(asked.value.octets);
    const [response] = (await once(request, 'response')) as [http.IncomingMessage];
    statuses.set(response.statusCode!, (statuses.get(response.statusCode!) ?? 0) + 1);
    response.resume();
    await once(response, 'end');
  };
  for (let done = 0; done < CROWD; done += 20) {
    await Promise.all(Array.from({ length: 20 }, establish));
    if (done % 500 === 0) await works(service, `honest ${done}`);
  }
  expect(statuses.get(200)).toBe(50);
  expect(statuses.get(500)).toBe(CROWD - 50);
  expect(new Set(service.refusals.map(({ failure }) => failure.code))).toEqual(new Set(['internal.quota']));
  service.refusals.length = 0;
  agent.destroy();
  await service.stop();
  await fewHandles(before);
  expect(process.memoryUsage().heapUsed - heapBefore).toBeLessThan(256 * 1024 * 1024);
});

test('T65: connections that begin an establishment and stay hold no place, and are given up', async () => {
  const before = handles();
  const service = await serve(everybody('honest'), undefined, { ...SECURE, bodyTimeoutMs: 2000 });
  const { port } = new URL(service.url);
  const begun: net.Socket[] = [];
  let closed = 0;
  // A process has but so many files: in rounds, each still there when the next begins.
  for (let round = 0; round < CROWD / 500; round++) {
    for (let count = 0; count < 500; count++) {
      const socket = net.connect(Number(port), '127.0.0.1').on('error', () => undefined);
      socket.resume().on('close', () => closed++);
      socket.write(`${post('', { 'Content-Length': '5000' })}<s:Envelope`);
      begun.push(socket);
    }
    await works(service);
    for (const socket of begun.splice(0, begun.length - 500)) socket.destroy();
  }
  expect(service.http.stats.inWork).toBe(0);
  await expect.poll(() => closed, { timeout: 15_000 }).toBe(CROWD);
  await works(service);
  await service.stop();
  await fewHandles(before);
});

test('T65: a thousand clients that hang up in the middle of their call', async () => {
  const before = handles();
  const service = await serve(everybody('honest'), undefined, SECURE, async (call) => {
    await pause(5);
    return await echo(call);
  });
  const conversation = await connect(service.url, { ...everybody('honest').client, cancel: false });
  const calls = Array.from({ length: 1000 }, async (_, index) => {
    const hangUp = new AbortController();
    setTimeout(() => hangUp.abort(), index % 40);
    return await conversation.call('urn:app/Echo', payload('cut'), { signal: hangUp.signal }).then(
      () => 'answered',
      (error: Fault) => error.code,
    );
  });
  const outcomes = new Set(await Promise.all(calls));
  outcomes.delete('answered');
  expect([...outcomes]).toEqual(['caller.aborted']);
  await works(service);
  await expect.poll(() => service.http.stats.inWork, { timeout: 10_000 }).toBe(0);
  await conversation.close();
  await service.stop();
  await fewHandles(before);
});

describe('clocks', () => {
  const off = (ms: number) => ({ ...AMBIENT, nowMs: () => Date.now() + ms });
  test.each([
    [290_000, undefined],
    [-290_000, undefined],
    [-660_000, 'peer.timestamp-expired'],
    [330_000, 'peer.timestamp-future'],
  ])('T58: a client whose clock is off by %i ms: %s', async (ms, code) => {
    const service = await serve(everybody('honest'), undefined, SECURE);
    const connected = connect(service.url, { ...everybody('honest').client, ambient: off(ms) });
    if (code === undefined) {
      const conversation = await connected;
      expect((await conversation.call('urn:app/Echo', payload('skewed')))?.fault).toBeUndefined();
      await conversation.close();
    } else {
      await expect(connected).rejects.toMatchObject({ code: 'peer.soap-fault' });
      expect(service.refusals).toMatchObject([{ failure: { code } }]);
    }
    await works(service);
    await service.stop();
  });
});

test('T65: requests one after the other in one go are answered in order, each by its own', async () => {
  const service = await serve(everybody('honest'), undefined, SECURE);
  const one = post('<x/>').replace('Connection: close', 'Connection: keep-alive');
  const answer = await raw(service, one + one + post('hello'));
  expect(answer.match(/HTTP\/1.1 500 /g)).toHaveLength(3);
  await works(service);
  await service.stop();
});

test('T65: what does not speak TLS, or speaks an old one, gets no further than that', async () => {
  const way = WAYS['username over TLS']!();
  const service = await serve(way);
  const { port } = new URL(service.url);
  expect(await raw(service, post('<x/>'))).not.toContain('HTTP/1.1 200');
  const old = tls.connect({
    port: Number(port),
    host: '127.0.0.1',
    maxVersion: 'TLSv1.1',
    minVersion: 'TLSv1',
    rejectUnauthorized: false,
  });
  await expect(once(old, 'secureConnect')).rejects.toThrow();
  await expect(connect(service.url, way.client)).rejects.toMatchObject({ code: 'peer.http-failed' });
  expect(service.http.stats.requests).toBe(0);
  const conversation = await connect(service.url, { ...way.client, tls: service.tls });
  await conversation.close();
  await service.stop();
});

test('several policies on several paths over one store, over HTTP/1.1 and 2', async () => {
  const store = new MemoryContextStore();
  const responderFor = (order: 'sign-then-encrypt' | 'encrypt-then-sign') => {
    const profile = peerProfile('parley', 'Basic256', { order });
    const bootstrap = everybody('').server;
    return new Responder({ store, ambient: AMBIENT, bootstrap, profile });
  };
  const endpoint = new HttpResponder({
    endpoints: {
      '/first': { responder: responderFor('sign-then-encrypt'), service: echo },
      '/second': { responder: responderFor('encrypt-then-sign'), service: echo },
    },
    ...SECURE,
  });
  const server = http.createServer(endpoint.handler).listen(0, '127.0.0.1');
  const second = http2.createServer(endpoint.handler).listen(0, '127.0.0.1');
  await Promise.all([once(server, 'listening'), once(second, 'listening')]);
  const { port } = server.address() as AddressInfo;
  const at = (path: string) => `http://127.0.0.1:${port}${path}`;
  const profiles = {
    '/first': peerProfile('parley', 'Basic256', { order: 'sign-then-encrypt' }),
    '/second': peerProfile('parley', 'Basic256', { order: 'encrypt-then-sign' }),
  };
  const { client } = everybody('alice');
  for (const [path, profile] of Object.entries(profiles)) {
    const conversation = await connect(at(path), { ...client, profile, cancel: false });
    expect((await conversation.call('urn:app/Echo', payload(path)))?.fault).toBeUndefined();
    // The context is good at the other path, too, by that one's policy.
    const [other, otherProfile] = Object.entries(profiles).find(([name]) => name !== path)!;
    const { context, tokenId } = conversation;
    const moved = await connect(at(other), {
      ...client,
      profile: otherProfile,
      ...(context && { context }),
      ...(tokenId !== undefined && { tokenId }),
    });
    expect((await moved.call('urn:app/Echo', payload(other)))?.fault).toBeUndefined();
    await moved.close();
    await conversation.close();
  }
  const session = http2.connect(`http://127.0.0.1:${(second.address() as AddressInfo).port}`);
  const stream = session.request({ ':method': 'POST', ':path': '/first', 'content-type': 'application/soap+xml' });
  const [headers] = (await once(stream.end('<x/>'), 'response')) as [http2.IncomingHttpHeaders & { ':status': number }];
  expect(headers[':status']).toBe(500);
  session.close();
  server.close();
  server.closeAllConnections();
  second.close();
});

describe('messages that are not what they should be', () => {
  const bootstrap = WAYS['the service’s certificate']!;
  test('T57: a replay, another key, an action that nobody knows, a context that is over', async () => {
    let now = Date.now();
    const ambient = { ...AMBIENT, nowMs: () => now };
    const service = await serve(bootstrap(), undefined, {}, echo, undefined, { ambient, contextLifetimeMs: 120_000 });
    const send = async (bytes: Uint8Array, action: string): Promise<string | undefined> => {
      service.refusals.length = 0;
      const headers = { 'content-type': `application/soap+xml; action="${action}"` };
      const response = await fetch(service.url, { method: 'POST', headers, body: bytes });
      expect(response.status).toBe(service.refusals.length === 0 ? 200 : 500);
      const text = await response.text();
      if (response.status === 500) expect(text).not.toContain('urn:uuid:nobodys');
      return service.refusals[0]?.failure.code;
    };
    const { client } = bootstrap();
    const options = { version: '200512', soapVersion: '1.2', to: service.url, ambient, ...client } as const;
    const initiator = new Initiator(options);
    const issue = initiator.requestIssue({ secure: false });
    if (!issue.ok) throw new Fault(issue.code);
    const answer = await fetch(service.url, {
      method: 'POST',
      headers: { 'content-type': `application/soap+xml; action="${issue.value.soapAction}"` },
      body: issue.value.octets,
    });
    initiator.receive(new Uint8Array(await answer.arrayBuffer()), issue.value, { secure: false });
    expect(await send(issue.value.octets, issue.value.soapAction)).toBe('peer.replay');
    const { context } = initiator;
    if (context === undefined) throw new Error('no context');
    const call = (from: Initiator): Uint8Array => {
      const body = envelope({ action: 'urn:app/Echo', to: service.url, body: payload('x') });
      const request = from.requestCall(body);
      if (!request.ok) throw new Fault(request.code, request.detail);
      return request.value.octets;
    };
    const honest = call(initiator);
    expect(await send(honest, 'urn:app/Echo')).toBeUndefined();
    expect(await send(honest, 'urn:app/Echo')).toBe('peer.replay');
    expect(await send(call(initiator), 'urn:app/Other')).toBe('peer.action-mismatch');
    const keys = context.keys.map((key) => ({ ...key, secret: Secret.copyOf(new Uint8Array(32).fill(7)) }));
    const thief = new Initiator({ ...options, context: { ...context, keys } });
    expect(await send(call(thief), 'urn:app/Echo')).toBe('peer.decrypt-failed');
    const unknown = new Initiator({ ...options, context: { ...context, identifier: 'urn:uuid:nobodys' } });
    expect(await send(call(unknown), 'urn:app/Echo')).toBe('peer.bad-context');
    const late = call(initiator);
    now += 121_000;
    expect(await send(late, 'urn:app/Echo')).toBe('peer.context-expired');
    await service.stop();
  });
});
