import { MemoryContextStore, Responder } from '@parley/conversation';
import type { HttpResponderOptions, Service } from '@parley/http';
import { connect } from '@parley/http';
import { parleyEndpoints } from '@parley/http/fastify';
import fastify, { type FastifyInstance } from 'fastify';
import { expect, test } from 'vitest';
import { AMBIENT, echo, payload, WAYS } from './http-fixture.ts';

type Endpoints = HttpResponderOptions['endpoints'];

test('the same endpoints in a Fastify server, beside its own routes', async () => {
  const way = WAYS['the service’s certificate']!();
  const app = fastify();
  app.post('/json', (request) => ({ got: request.body }));
  const responder = new Responder({ store: new MemoryContextStore(), ambient: AMBIENT, bootstrap: way.server });
  await app.register(parleyEndpoints, { endpoints: { '/echo': { responder, service: echo } } });
  const address = await app.listen({ port: 0, host: '127.0.0.1' });
  const conversation = await connect(`${address}/echo`, way.client);
  const answer = await conversation.call('urn:app/Echo', payload('through Fastify'));
  expect(new TextDecoder().decode(answer?.message.body)).toContain('>through Fastify<');
  await conversation.close();
  const json = await fetch(`${address}/json`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"a":1}',
  });
  expect(await json.json()).toEqual({ got: { a: 1 } });
  expect((await fetch(`${address}/echo`)).status).toBe(405);
  expect(
    (await fetch(`${address}/echo`, { method: 'POST', body: 'x', headers: { 'content-type': 'text/plain' } })).status,
  ).toBe(415);
  await app.close();
});

test.each([
  [
    'of its own',
    (app: FastifyInstance, endpoints: Endpoints) => app.register(parleyEndpoints, { prefix: '/v1', endpoints }),
  ],
  [
    'of what it is registered in',
    (app: FastifyInstance, endpoints: Endpoints) =>
      app.register(
        (within, _, done) => {
          within.register(parleyEndpoints, { endpoints, logLevel: 'silent' });
          done();
        },
        { prefix: '/v1' },
      ),
  ],
])('below a prefix %s, where the application sees the whole path', async (_, register) => {
  const way = WAYS['the service’s certificate']!();
  const app = fastify();
  const responder = new Responder({ store: new MemoryContextStore(), ambient: AMBIENT, bootstrap: way.server });
  const paths: string[] = [];
  const service: Service = (call) => {
    paths.push(call.path);
    return echo(call);
  };
  await register(app, { '/echo': { responder, service } });
  const address = await app.listen({ port: 0, host: '127.0.0.1' });
  await using conversation = await connect(`${address}/v1/echo`, way.client);
  expect((await conversation.call('urn:app/Echo', payload('below')))?.fault).toBeUndefined();
  expect(paths).toEqual(['/v1/echo']);
  await conversation.close();
  await app.close();
});

test('what is wrong with its options is told when the server gets ready, with its name', async () => {
  const refused = async (options: object): Promise<unknown> => {
    const app = fastify();
    app.register(parleyEndpoints, options as HttpResponderOptions);
    return await app.ready().then(
      () => 'ready',
      (error: unknown) => error,
    );
  };
  const code = 'caller.option-invalid';
  expect(await refused({ endpoints: {} })).toMatchObject({ code, detail: { option: 'endpoints' } });
  expect(await refused({ prefix: '/v1' })).toMatchObject({ code, detail: { option: 'endpoints' } });
  expect(await refused({ endpoint: {}, endpoints: {} })).toMatchObject({ code, detail: { nearest: 'endpoints' } });
});
