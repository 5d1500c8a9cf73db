// Whole conversations over real sockets.
import type { PoolMaker } from '@parley/conversation';
import { peerProfile } from '@parley/conversation';
import type { Fault } from '@parley/core';
import { createPool } from '@parley/engine';
import { connect } from '@parley/http';
import { describe, expect, test } from 'vitest';
import { payload, serve, WAYS } from './http-fixture.ts';

const bodyText = (octets: Uint8Array | undefined): string => new TextDecoder().decode(octets);

describe.each(Object.keys(WAYS))('%s', (name) => {
  test.each([
    ['200512', '1.2'],
    ['200502', '1.1'],
  ] as const)('issue, calls, renew, cancel: %s, SOAP %s', async (version, soapVersion) => {
    const way = WAYS[name]!();
    const service = await serve(way);
    const profile = peerProfile('parley', way.suite);
    const options = { ...way.client, profile, version, soapVersion, tls: service.tls };
    const conversation = await connect(service.url, options);
    const identifier = conversation.context?.identifier;
    const texts = ['Grüße & <you>', '', ' blanks ', '😀'];
    const answers = await Promise.all(texts.map((text) => conversation.call('urn:app/Echo', payload(text))));
    await conversation.renew();
    expect((await conversation.call('urn:app/Echo', payload('renewed')))?.fault).toBeUndefined();
    expect(answers.map((answer) => answer?.fault)).toEqual(texts.map(() => undefined));
    answers.forEach((answer, index) => {
      expect(bodyText(answer?.message.body)).toContain(bodyText(payload(texts[index]!)));
    });
    expect(conversation.context?.identifier).toBe(identifier);
    await conversation.cancel();
    await expect(conversation.call('urn:app/Echo', payload('late'))).rejects.toMatchObject({ code: 'caller.closed' });
    expect(service.refusals).toEqual([]);
    expect(service.http.stats).toMatchObject({ requests: texts.length + 4, refused: 0, inWork: 0 });
    await service.stop();
  });
});

test('a payload may be text, of a call and of an answer', async () => {
  const way = WAYS['the service’s certificate']!();
  const service = await serve(way, undefined, {}, (call) => ({
    action: 'urn:app/Echoed',
    payload: bodyText(call.message.body),
  }));
  const conversation = await connect(service.url, way.client);
  const text = bodyText(payload('Grüße & <you> 😀'));
  expect(bodyText((await conversation.call('urn:app/Echo', text))?.message.body)).toContain(text);
  await expect(conversation.call('urn:app/Echo', '<a>\ud800</a>')).rejects.toMatchObject({
    code: 'caller.option-invalid',
  });
  await expect(conversation.call('urn:app/Echo', '<a>')).rejects.toMatchObject({ code: 'caller.input-invalid' });
  await conversation.cancel();
  await service.stop();
});

test('both sides work on threads', async () => {
  const way = WAYS['the service’s certificate']!();
  const pool: PoolMaker = (needs) => createPool({ ...needs, workers: 1 });
  const service = await serve(way, undefined, {}, undefined, pool);
  const conversation = await connect(service.url, { ...way.client, pool });
  const texts = Array.from({ length: 40 }, (_, index) => `call ${index}`);
  const answers = Promise.all(texts.map((text) => conversation.call('urn:app/Echo', payload(text))));
  await conversation.renew();
  expect((await answers).map((answer) => bodyText(answer?.message.body))).toEqual(
    texts.map((text) => expect.stringContaining(`>${text}<`)),
  );
  await conversation.cancel();
  expect(service.refusals).toEqual([]);
  await service.stop();
});

test('a context that the peer has lost is established again, once, and the call is made again', async () => {
  const way = WAYS['the service’s certificate']!();
  const service = await serve(way);
  const conversation = await connect(service.url, way.client);
  const first = conversation.context?.identifier;
  await service.store.cancel(String(first), Date.now());
  const answers = await Promise.all(['a', 'b', 'c'].map((text) => conversation.call('urn:app/Echo', payload(text))));
  expect(answers.map((answer) => bodyText(answer?.message.body))).toEqual(
    ['a', 'b', 'c'].map((text) => expect.stringContaining(`>${text}<`)),
  );
  expect(conversation.context?.identifier).not.toBe(first);
  await conversation.close();
  await service.stop();
});

test('an application that fails is a fault under the context, which says nothing of why', async () => {
  const way = WAYS['the service’s certificate']!();
  const service = await serve(way);
  const conversation = await connect(service.url, way.client);
  const answer = await conversation.call('urn:app/Echo', payload('fail'));
  expect(answer?.fault).toMatchObject({ faultCode: 'Receiver' });
  expect(bodyText(answer?.message.body)).not.toContain('secret');
  expect(service.refusals).toMatchObject([
    { status: 500, failure: { code: 'internal.service-failed', cause: { message: 'the application has a secret' } } },
  ]);
  await conversation.close();
  await service.stop();
});

test('a wrong password, an open channel, no service there', async () => {
  const way = WAYS['username over TLS']!();
  const service = await serve(way);
  const refused = async (url: string, options: object): Promise<Fault> =>
    await connect(url, { ...way.client, tls: service.tls, ...options }).then(
      () => Promise.reject(new Error('connected')),
      (error: Fault) => error,
    );
  expect(await refused(service.url.replace('https', 'http'), {})).toMatchObject({ code: 'caller.channel-not-secure' });
  expect(await refused(service.url.replace('/echo', '/other'), {})).toMatchObject({ code: 'peer.http-answer' });
  await service.stop();
  expect(await refused(service.url, {})).toMatchObject({
    code: 'peer.http-failed',
    detail: { host: new URL(service.url).host, reason: 'ECONNREFUSED', sent: 'no' },
  });
  expect(await refused('ftp://host', {})).toMatchObject({ code: 'caller.option-invalid' });
});

test('mixed mode: the context signs a Timestamp, answers have none of its signatures', async () => {
  const way = WAYS['username over TLS']!();
  const profile = peerProfile('wcf-mixed');
  const service = await serve(way, profile);
  const conversation = await connect(service.url, { ...way.client, profile, tls: service.tls });
  const answer = await conversation.call('urn:app/Echo', payload('mixed'));
  expect(answer?.message.signed).toEqual([]);
  expect(bodyText(answer?.message.body)).toContain('>mixed<');
  await conversation.close();
  expect(service.refusals).toEqual([]);
  await service.stop();
});
