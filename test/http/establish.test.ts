// Contexts negotiated, made by the client, and ended by the service, over real sockets.

import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { NegotiationKind, ResponderOptions } from '@parley/conversation';
import {
  ephemeralKey,
  MemoryContextStore,
  MemoryRecords,
  peerProfile,
  Responder,
  responseAction,
  signedChallenge,
} from '@parley/conversation';
import type { Version } from '@parley/core';
import type { Conversation } from '@parley/http';
import { connect, endContext, HttpResponder, post, ToldServices } from '@parley/http';
import { Agent } from 'undici';
import { describe, expect, test } from 'vitest';
import { AMBIENT, echo, payload, serve, WAYS, type Way } from './http-fixture.ts';

const bodyText = (octets: Uint8Array | undefined): string => new TextDecoder().decode(octets);
const GENERATIONS = [
  ['200512', '1.2'],
  ['200502', '1.1'],
] as const;
const KINDS: readonly NegotiationKind[] = [ephemeralKey, signedChallenge];

async function serveWith(way: Way, more: Partial<ResponderOptions>): ReturnType<typeof serve> {
  return await serve(way, undefined, {}, undefined, undefined, more);
}

async function echoed(conversation: Conversation, text: string): Promise<void> {
  const answer = await conversation.call('urn:app/Echo', payload(text));
  expect(bodyText(answer?.message.body)).toContain(`>${text}<`);
}

describe.each(GENERATIONS)('%s, SOAP %s', (version, soapVersion) => {
  const ways = Object.keys(WAYS).flatMap((name) => KINDS.map((kind) => [name, kind.kind, kind] as const));

  test.each(ways)('%s: negotiated by %s, a renewal too', async (name, _kind, negotiation) => {
    const way = WAYS[name]!();
    const options = { ...way.client, profile: peerProfile('parley', way.suite), negotiation, version, soapVersion };
    if (negotiation.needs === 'message' && way.scheme === 'https') {
      await expect(connect('https://127.0.0.1:1/', options)).rejects.toMatchObject({ code: 'caller.option-invalid' });
      return;
    }
    const service = await serveWith(way, { negotiation });
    const conversation = await connect(service.url, { ...options, tls: service.tls });
    await echoed(conversation, 'one');
    await conversation.renew();
    await echoed(conversation, 'two');
    await conversation.cancel();
    expect(service.refusals).toEqual([]);
    // Two legs each, two calls, the Cancel.
    expect(service.http.stats).toMatchObject({ requests: 7, refused: 0, inWork: 0 });
    await service.stop();
  });

  test.each(Object.keys(WAYS))('%s: made by the client, which makes another when it is lost', async (name) => {
    const way = WAYS[name]!();
    const asked: unknown[] = [];
    const service = await serveWith(way, { mayCreate: (creation) => asked.push(creation) > 0 });
    const client = { ...way.client, profile: peerProfile('parley', way.suite), tls: service.tls, version, soapVersion };
    const options = { ...client, establish: 'propagated', use: 'urn:orders' } as const;
    const isNobody = name === 'the service’s certificate';
    if (isNobody) {
      await expect(connect(service.url, options)).rejects.toMatchObject({ code: 'peer.soap-fault' });
    } else {
      const conversation = await connect(service.url, options);
      await Promise.all(['one', 'two'].map((text) => echoed(conversation, text)));
      const first = String(conversation.context?.identifier);
      await service.store.cancel(first, Date.now());
      await Promise.all(['three', 'four'].map((text) => echoed(conversation, text)));
      expect(conversation.context?.identifier).not.toBe(first);
      await conversation.renew();
      await echoed(conversation, 'five');
      await conversation.cancel();
      expect(asked).toHaveLength(2);
      expect(asked[0]).toMatchObject({ use: 'urn:orders' });
    }
    await service.stop();
    const closed = await serveWith(way, {});
    await expect(connect(closed.url, { ...options, tls: closed.tls })).rejects.toMatchObject({
      code: 'peer.soap-fault',
    });
    await closed.stop();
  });

  test.each(Object.keys(WAYS))('%s: ended by the service, at an endpoint of the client', async (name) => {
    await endedByService(WAYS[name]!(), version, soapVersion);
  });
});

async function endedByService(way: Way, version: Version, soapVersion: '1.1' | '1.2'): Promise<void> {
  const profile = peerProfile('parley', way.suite);
  const store = new MemoryContextStore();
  const responder = new Responder({ store, ambient: AMBIENT, bootstrap: way.server, profile });
  const conversations = new Set<Conversation>();
  const refused: string[] = [];
  const endpoints = new HttpResponder({
    endpoints: {
      '/echo': { responder, service: echo },
      '/told': { conversations: () => conversations },
    },
    isSecure: () => true,
    onRefused: ({ failure }) => refused.push(failure.code),
  });
  const server = http.createServer(endpoints.handler).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const options = { ...way.client, profile, version, soapVersion, secure: true };
  const [one, other] = [await connect(`${at}/echo`, options), await connect(`${at}/echo`, options)];
  conversations.add(one).add(other);
  const identifier = String(one.context?.identifier);
  await endContext(responder, identifier, { url: `${at}/told`, secure: true, soapVersion });
  await expect(one.call('urn:app/Echo', payload('late'))).rejects.toMatchObject({ code: 'caller.closed' });
  await echoed(other, 'still there');
  const again = endContext(responder, identifier, { url: `${at}/told`, secure: true, soapVersion });
  await expect(again).rejects.toMatchObject({ code: 'caller.context-unusable' });
  // Of a conversation that is not there, or not a request at all: a fault, and nothing ends.
  conversations.delete(other);
  const unknown = endContext(responder, String(other.context?.identifier), {
    url: `${at}/told`,
    secure: true,
    soapVersion,
  });
  await expect(unknown).rejects.toMatchObject({ code: expect.stringMatching(/^peer\./) });
  conversations.add(other);
  const agent = new Agent();
  const nonsense = {
    octets: new TextEncoder().encode(`<a>${other.context?.identifier}</a>`),
    soapAction: '',
    soapVersion,
  };
  const bounds = { answerTimeoutMs: 5000, answerBytesMax: 10_000 };
  const answer = await post(new URL(`${at}/told`), nonsense, agent, bounds, undefined);
  expect(answer.status).toBe(500);
  expect(bodyText(answer.octets)).toContain('Fault');
  expect(other.context).toBeDefined();
  expect(refused).toEqual(['peer.bad-context', expect.stringMatching(/^peer\./)]);
  await agent.close();
  await other.close();
  server.close();
  server.closeAllConnections();
}

test('T55: legs and contexts that are brought take the places of handshakes, not those of calls', async () => {
  const way = WAYS['the service’s certificate and a user']!();
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const service = await serve(way, undefined, { handshakesMax: 1 }, undefined, undefined, {
    mayCreate: async () => {
      await held;
      return true;
    },
  });
  const issued = await connect(service.url, way.client);
  const waiting = connect(service.url, { ...way.client, establish: 'propagated' });
  const agent = new Agent();
  const bounds = { answerTimeoutMs: 5000, answerBytesMax: 10_000 };
  const leg = async (soapAction: string): Promise<number> =>
    (
      await post(
        new URL(service.url),
        { octets: payload('x'), soapAction, soapVersion: '1.2' },
        agent,
        bounds,
        undefined,
      ).catch((error: { detail?: { status?: number } }) => ({ status: error.detail?.status ?? 0 }))
    ).status;
  await expect.poll(() => service.http.stats.inWork).toBe(1);
  for (const operation of ['issue', 'renew'] as const)
    for (const version of ['200512', '200502'] as const)
      expect(await leg(responseAction(version, operation))).toBe(503);
  await echoed(issued, 'served all the same');
  release();
  await echoed(await waiting, 'and so is this');
  await issued.close();
  await (await waiting).close();
  await agent.close();
  await service.stop();
});

test('an issuer tells services that have stores of their own: issue, calls, renewal, cancel, and one that is down', async () => {
  const way = WAYS['the service’s certificate and a user']!();
  const byIssuer = WAYS['two certificates']!();
  const profile = peerProfile('parley', byIssuer.suite);
  const store = new MemoryContextStore();
  const asked: unknown[] = [];
  const atService = new Responder({
    store,
    ambient: AMBIENT,
    bootstrap: byIssuer.server,
    profile,
    mayTransfer: (transfer) => asked.push(transfer) > 0,
  });
  const scope = 'urn:example:orders';
  const endpoints = new HttpResponder({ endpoints: { '/orders': { responder: atService, service: echo } } });
  const server = http.createServer(endpoints.handler).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/orders`;
  const { bootstrap } = byIssuer.client;
  const known = {
    [scope]: { url, bootstrap, profile },
    'urn:example:down': { url: 'http://127.0.0.1:9/', bootstrap, profile },
  };
  const records = new MemoryRecords();
  let services = new ToldServices(known, { records });
  const issuer = await serve(way, profile, {}, undefined, undefined, {
    scopes: [scope, 'urn:example:down'],
    tellServices: async (change) => await services.tell(change),
  });
  const options = { ...way.client, profile, issuer: issuer.url, cancel: false };
  const conversation = await connect(url, { ...options, appliesTo: scope });
  await echoed(conversation, 'one');
  await conversation.renew();
  await echoed(conversation, 'two');
  expect(asked).toMatchObject([{ principal: 'alice' }, { principal: 'alice' }]);
  // Started again, it knows still whom to tell; one that keeps nothing tells nobody.
  await services.close();
  services = new ToldServices(known);
  await expect(conversation.renew()).rejects.toMatchObject({ code: 'peer.soap-fault' });
  expect(issuer.refusals.splice(0)).toMatchObject([{ failure: { code: 'internal.store-unavailable' } }]);
  await services.close();
  services = new ToldServices(known, { records });
  await conversation.renew();
  await echoed(conversation, 'three');
  await services.close();
  services = new ToldServices(known, { records });
  const identifier = String(conversation.context?.identifier);
  await conversation.cancel();
  for (const each of [store, issuer.store]) expect((await each.get(identifier))?.cancelledAtMs).toBeDefined();
  await expect(connect(url, { ...options, appliesTo: 'urn:example:down' })).rejects.toMatchObject({
    code: 'peer.soap-fault',
  });
  expect(issuer.refusals).toMatchObject([{ failure: { code: 'internal.store-unavailable' } }]);
  await services.close();
  await issuer.stop();
  server.close();
  server.closeAllConnections();
});
