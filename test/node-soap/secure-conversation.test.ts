import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Service } from '@parley/http';
import { SecureConversation } from '@parley/node-soap';
import type { Client } from 'soap';
import { createClientAsync } from 'soap';
import { afterEach, describe, expect, test } from 'vitest';
import { echo, type RunningService, serve, WAYS } from '../http/http-fixture.ts';

const WSDL = fileURLToPath(new URL('echo.wsdl', import.meta.url));
const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

interface Called {
  readonly service: RunningService;
  readonly client: Client;
  readonly security: SecureConversation;
  echo(text: unknown): Promise<unknown>;
}

async function calledWith(
  name: string,
  options: { readonly wsdl?: Parameters<typeof createClientAsync>[1]; readonly service?: Service } = {},
): Promise<Called> {
  const way = WAYS[name]!();
  const service = await serve(way, undefined, {}, options.service ?? echo);
  ends.push(() => service.stop());
  const security = new SecureConversation({ ...way.client, tls: service.tls });
  ends.push(() => security.close());
  const client = await createClientAsync(WSDL, { ...options.wsdl, endpoint: service.url });
  client.setSecurity(security);
  return { service, client, security, echo: (text) => echoed(client, text) };
}

async function echoed(client: Client, text: unknown): Promise<unknown> {
  const [result] = await (client['EchoAsync'] as (args: unknown) => Promise<readonly unknown[]>)(text);
  return result;
}

async function contextsOf(service: RunningService): Promise<readonly string[]> {
  const identifiers: string[] = [];
  for await (const identifier of service.store.list()) identifiers.push(identifier);
  return identifiers;
}

describe.each(Object.keys(WAYS).filter((name) => name !== 'two certificates'))('%s', (name) => {
  test.each([
    ['SOAP 1.1', {}],
    ['SOAP 1.2', { forceSoap12Headers: true }],
    ['a stream', { streamAllowed: true }],
    ['attachments looked for', { parseReponseAttachments: true }],
  ])('a client of node-soap calls: %s', async (_, wsdl) => {
    const { service, echo: ask } = await calledWith(name, { wsdl: wsdl as never });
    for (const text of ['first', 'second & <third>']) expect(await ask({ $value: text })).toBe(text);
    expect(service.refusals).toEqual([]);
    expect((await contextsOf(service)).length).toBe(1);
  });
});

const WAY = 'the service’s certificate';

describe('what goes wrong', () => {
  test('a fault of the service is an error of the call, and the conversation goes on', async () => {
    const { echo: ask } = await calledWith(WAY);
    await expect(ask({ $value: 'fail' })).rejects.toThrow(/Receiver|Server|internal/);
    expect(await ask({ $value: 'on' })).toBe('on');
  });

  test('an answer that nothing proves is an error with its code', async () => {
    const plain = http.createServer((_, response) => {
      response.setHeader('content-type', 'text/xml');
      response.end(
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><Echo xmlns="urn:app">forged</Echo></s:Body></s:Envelope>',
      );
    });
    await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
    ends.push(() => new Promise((resolve) => plain.close(() => resolve())));
    const { client, echo: ask } = await calledWith(WAY);
    client.setEndpoint(`http://127.0.0.1:${(plain.address() as AddressInfo).port}/echo`);
    await expect(ask({ $value: 'anybody there' })).rejects.toMatchObject({ code: expect.stringMatching(/^peer\./) });
  });

  test('a service that comes back is called again', async () => {
    const { client, service, echo: ask } = await calledWith(WAY);
    client.setEndpoint('http://127.0.0.1:9/echo');
    await expect(ask({ $value: 'nobody' })).rejects.toMatchObject({ code: 'peer.http-failed' });
    client.setEndpoint(service.url);
    expect(await ask({ $value: 'here' })).toBe('here');
  });

  test('headers that nothing would sign are refused before anything is sent', async () => {
    const { client, service, echo: ask } = await calledWith(WAY);
    client.addSoapHeader('<Tenant xmlns="urn:app">7</Tenant>');
    await expect(ask({ $value: 'x' })).rejects.toMatchObject({
      code: 'caller.input-invalid',
      detail: { reason: 'a header that nothing would sign: Tenant' },
    });
    expect((await contextsOf(service)).length).toBe(0);
  });

  test('another transport gets a name for the message, not the message', async () => {
    const way = WAYS[WAY]!();
    const security = new SecureConversation(way.client);
    const seen: string[] = [];
    const httpClient = {
      request: (_url: string, data: string, callback: (error: Error) => void) => {
        seen.push(data);
        callback(new Error('not sent'));
      },
    };
    const client = await createClientAsync(WSDL, { httpClient: httpClient as never });
    client.setSecurity(security);
    await expect(echoed(client, { $value: 'secret' })).rejects.toThrow('not sent');
    expect(seen).toEqual([expect.stringMatching(/^parley:[0-9a-f-]{36}$/)]);
    expect(client.lastRequest).not.toContain('secret');
  });

  test('after its end, no call is made, and the contexts are gone from the service', async () => {
    const { security, service, echo: ask } = await calledWith(WAY);
    expect(await ask({ $value: 'once' })).toBe('once');
    await security.close();
    await expect(ask({ $value: 'twice' })).rejects.toMatchObject({ code: 'caller.closed' });
    expect(service.refusals).toEqual([]);
  });
});

test('calls made at once share one conversation', async () => {
  const { service, echo: ask } = await calledWith(WAY);
  const texts = Array.from({ length: 20 }, (_, index) => `call ${index}`);
  expect(await Promise.all(texts.map((text) => ask({ $value: text })))).toEqual(texts);
  expect((await contextsOf(service)).length).toBe(1);
});

test('a WSDL without actions: the application says them', async () => {
  const actions: string[] = [];
  const way = WAYS[WAY]!();
  const service = await serve(way, undefined, {}, (call) => {
    actions.push(call.message.action ?? '');
    return echo(call);
  });
  ends.push(() => service.stop());
  const security = new SecureConversation({ ...way.client, actionOf: (soapAction) => `${soapAction}/v2` });
  ends.push(() => security.close());
  const client = await createClientAsync(WSDL, { endpoint: service.url });
  client.setSecurity(security);
  await echoed(client, { $value: 'x' });
  expect(actions).toEqual(['urn:app/Echo/v2']);
});

test('attachments are refused, and leave nothing behind', async () => {
  const { client, service } = await calledWith(WAY);
  const options = { attachments: [{ mimetype: 'text/plain', contentId: 'a', name: 'a.txt', body: Buffer.from('x') }] };
  const call = client['EchoAsync'] as (args: unknown, options: unknown) => Promise<unknown>;
  await expect(call({ $value: 'x' }, options)).rejects.toMatchObject({ code: 'caller.input-invalid' });
  expect(await contextsOf(service)).toEqual([]);
});
