// Contexts established over buses, by requests and answers with correlation, live.
import { connect } from '@nats-io/transport-node';
import { amqpRequester, amqpRequests } from '@parley/bus-amqp';
import { natsRequester, natsRequests } from '@parley/bus-nats';
import rhea from 'rhea';
import { expect, test } from 'vitest';
import { answeredAfterTheEnd, BUS_WAYS, conversationOver } from '../../bus/exchange-story.ts';
import { buildArtemis, startArtemis } from './artemis-server.mjs';
import { missingNats, startNats } from './nats-server.mjs';

test('NATS: request and reply', { timeout: 180_000 }, async (context) => {
  const missing = missingNats();
  if (missing !== undefined) return context.skip(missing);
  const server = await startNats();
  const connection = await connect({ servers: `127.0.0.1:${server.port}` });
  try {
    for (const way of BUS_WAYS)
      await conversationOver(way, {
        requester: natsRequester({ connection, subject: 'orders' }),
        inlet: natsRequests({ connection, subject: 'orders', queueGroup: 'service' }),
      });
    await answeredAfterTheEnd({
      requester: natsRequester({ connection, subject: 'orders' }),
      inlet: natsRequests({ connection, subject: 'orders' }),
    });
    const nobody = natsRequester({ connection, subject: 'nobody' }).request(
      { octets: new Uint8Array(1), headers: {} },
      1000,
    );
    await expect(nobody).rejects.toMatchObject({ code: 'internal.bus-unavailable' });
  } finally {
    await connection.close();
    await server.remove();
  }
});

test('AMQP 1.0: reply-to and correlation, as SOAP over JMS has them', { timeout: 180_000 }, async (context) => {
  const { classPath, missing } = buildArtemis();
  if (classPath === undefined) return context.skip(missing);
  const server = await startArtemis(classPath);
  const connected = () => {
    const connection = rhea
      .create_container()
      .connect({ host: '127.0.0.1', port: server.port, username: 'kit', password: 'kit', reconnect: false });
    for (const event of ['disconnected', 'connection_error', 'error']) connection.on(event, () => undefined);
    return connection;
  };
  const [client, service] = [connected(), connected()];
  try {
    for (const way of BUS_WAYS) {
      const requester = amqpRequester({ connection: client, address: 'in' });
      await conversationOver(way, { requester, inlet: amqpRequests({ connection: service, address: 'in' }) });
      await requester.close();
    }
    await answeredAfterTheEnd({
      requester: amqpRequester({ connection: client, address: 'in' }),
      inlet: amqpRequests({ connection: service, address: 'in' }),
    });
  } finally {
    client.close();
    service.close();
    await server.remove();
  }
});
