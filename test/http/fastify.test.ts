import { MemoryContextStore, Responder } from '@parley/conversation';
import { connect } from '@parley/http';
import { parleyEndpoints } from '@parley/http/fastify';
import fastify from 'fastify';
import { expect, test } from 'vitest';
import { AMBIENT, echo, payload, WAYS } from './http-fixture.ts';

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
