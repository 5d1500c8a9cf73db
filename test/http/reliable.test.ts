// Reliable conversations by one switch: calls, messages without answers, and sequences that are lost or silent.

import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Conversation, connect, HttpResponder, httpDelivery, type Refusal, type Service } from '@parley/http';
import { describe, expect, test, vi } from 'vitest';
import { faultyProxy } from './faulty-proxy.ts';
import { echo, payload, serve, WAYS } from './http-fixture.ts';

const way = (): ReturnType<(typeof WAYS)[string]> => WAYS['the service’s certificate']!();

test.each([
  ['200512', '1.2'],
  ['200502', '1.1'],
] as const)('reliable by one switch: %s, SOAP %s', async (version, soapVersion) => {
  const service = await serve(way(), undefined, {}, echo, undefined, { sequences: {} });
  const conversation = await connect(service.url, { ...way().client, version, soapVersion, reliable: true });
  const texts = ['one', 'two', 'three'];
  const answers = await Promise.all(texts.map((text) => conversation.call('urn:app/Echo', payload(text))));
  answers.forEach((answer, index) => {
    expect(new TextDecoder().decode(answer?.message.body)).toContain(texts[index]);
  });
  await conversation.renew();
  const failed = await conversation.call('urn:app/Echo', payload('fail'));
  expect(failed?.fault?.faultCode).toBe(soapVersion === '1.2' ? 'Receiver' : 'Server');
  expect(conversation.reliableStats).toEqual({ messages: 4, transmissions: 4, unanswered: 0 });
  await conversation.close();
  expect(service.refusals.map(({ failure }) => failure.code)).toEqual(['internal.service-failed']);
  await service.stop();
});

test('a message without an answer is sent until it has arrived', async () => {
  const served: (number | undefined)[] = [];
  const quiet: Service = ({ sequence }) => {
    served.push(sequence?.number);
    return undefined;
  };
  const service = await serve(way(), undefined, {}, quiet, undefined, { sequences: { order: 'unordered' } });
  const conversation = await connect(service.url, { ...way().client, reliable: { windowMax: 2 } });
  await Promise.all(Array.from({ length: 9 }, () => conversation.send('urn:app/Tell', payload('news'))));
  expect([...new Set(served)].length).toBe(served.length);
  expect([...served].sort((left, right) => (left ?? 0) - (right ?? 0))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(await conversation.taken()).toBe(9);
  await conversation.close();
  expect(service.refusals).toEqual([]);
  await service.stop();
});

test('a sequence in which nothing is said is kept alive, whatever of it is lost', async () => {
  const service = await serve(way(), undefined, {}, echo, undefined, { sequences: {} });
  const { port, pathname } = new URL(service.url);
  let [isFaulty, count] = [false, 0];
  // Every other request is lost.
  const chance = (): number => (isFaulty ? count++ % 2 : 1);
  const faults = { drop: 0.5, double: 0, delay: 0, delayMs: 0 };
  const proxy = await faultyProxy(
    () => Number(port),
    faults,
    chance,
    () => false,
  );
  const conversation = await connect(`http://127.0.0.1:${proxy.port}${pathname}`, {
    ...way().client,
    to: service.url,
    reliable: { keepAliveMs: 50, retransmitAfterMs: 20 },
  });
  await conversation.call('urn:app/Echo', payload('one'));
  const heardAtMs = async (): Promise<number> =>
    await service.store.records.transact(`responder ${conversation.context?.identifier}`, (records) => {
      const book = records.get('book') as {
        readonly sessions: readonly { readonly inbound: { readonly heardAtMs: number } }[];
      };
      return book.sessions[0]!.inbound.heardAtMs;
    });
  isFaulty = true;
  // Asked what has arrived, the service hears of it again and again.
  for (let times = 0; times < 3; times++) {
    const before = await heardAtMs();
    await vi.waitUntil(async () => (await heardAtMs()) > before, { timeout: 30_000 });
  }
  isFaulty = false;
  expect((await conversation.call('urn:app/Echo', payload('two')))?.fault).toBeUndefined();
  await conversation.close();
  expect(service.refusals).toEqual([]);
  await proxy.stop();
  await service.stop();
});

test('a sequence that the peer has lost ends its calls, and the next call begins another', async () => {
  const service = await serve(way(), undefined, {}, echo, undefined, { sequences: {} });
  const conversation = await connect(service.url, { ...way().client, reliable: { retransmitAfterMs: 20 } });
  await conversation.call('urn:app/Echo', payload('one'));
  await service.store.records.clear(`responder ${conversation.context?.identifier}`);
  const lost = await Promise.allSettled(
    ['two', 'three'].map((text) => conversation.call('urn:app/Echo', payload(text))),
  );
  expect(lost.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(lost[0]).toMatchObject({ reason: { code: 'peer.soap-fault', detail: { faultCode: 'UnknownSequence' } } });
  const answers = await Promise.all(['four', 'five'].map((text) => conversation.call('urn:app/Echo', payload(text))));
  expect(answers.map((answer) => new TextDecoder().decode(answer?.message.body).includes('f'))).toEqual([true, true]);
  await conversation.close();
  await service.stop();
});

describe.each([
  ['200512', '1.2'],
  ['200502', '1.1'],
] as const)('acknowledgements to an address of the client: %s, SOAP %s', (version, soapVersion) => {
  test('they settle what has no answer, and nothing is sent twice', async () => {
    const conversations: Conversation[] = [];
    const refusals: Refusal[] = [];
    const endpoints = { '/acks': { conversations: () => conversations } };
    const listener = new HttpResponder({ endpoints, onRefused: (refusal) => refusals.push(refusal) });
    let posted = 0;
    const server = http.createServer((request, response) => {
      posted++;
      listener.handler(request, response);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const acksTo = `http://127.0.0.1:${(server.address() as AddressInfo).port}/acks`;
    const service = await serve(
      way(),
      undefined,
      {},
      ({ message }) => {
        const call = new TextDecoder().decode(message.body).includes('call');
        return call ? echo({ message, claims: [], path: '/echo' }) : undefined;
      },
      undefined,
      { sequences: { acksTo: [acksTo] } },
      { deliver: httpDelivery() },
    );
    const reliable = { acksTo, retransmitAfterMs: 30_000 };
    const conversation = await connect(service.url, { ...way().client, version, soapVersion, reliable });
    conversations.push(conversation);
    await Promise.all(['a', 'b', 'c'].map((text) => conversation.send('urn:app/Tell', payload(text))));
    expect((await conversation.call('urn:app/Echo', payload('call')))?.fault).toBeUndefined();
    expect(posted).toBeGreaterThan(0);
    expect(conversation.reliableStats).toEqual({ messages: 4, transmissions: 4, unanswered: 3 });
    await conversation.close();
    expect([service.refusals, refusals]).toEqual([[], []]);
    await service.stop();
    server.close();
    server.closeAllConnections();
  });

  test('T86: an address that the service does not let is refused', async () => {
    const service = await serve(way(), undefined, {}, echo, undefined, { sequences: { acksTo: ['http://host/acks'] } });
    const reliable = { acksTo: 'http://host/other' };
    const conversation = await connect(service.url, { ...way().client, version, soapVersion, reliable });
    await expect(conversation.call('urn:app/Echo', payload('one'))).rejects.toMatchObject({
      detail: { faultCode: 'CreateSequenceRefused' },
    });
    await conversation.close();
    await service.stop();
  });
});
