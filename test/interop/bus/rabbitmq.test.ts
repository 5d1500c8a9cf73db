import { rabbitInlet, rabbitOutlet, rabbitRequester, rabbitRequests } from '@parley/bus-rabbitmq';
import { connect } from 'amqplib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { answeredAfterTheEnd, BUS_WAYS, conversationOver } from '../../bus/exchange-story.ts';
import { runKit } from './kit.ts';
import { openBus } from './rabbitmq-bus.mjs';
import { missingRabbit, startRabbit } from './rabbitmq-server.mjs';
import { commandOn } from './relay-story.ts';

const missing = missingRabbit();
const isLong = process.env['PARLEY_LIVE'] === 'all';

describe('RabbitMQ', () => {
  let broker: Awaited<ReturnType<typeof startRabbit>>;
  beforeAll(async () => {
    if (missing === undefined) broker = await startRabbit();
  }, 120_000);
  afterAll(async () => {
    if (missing === undefined) await broker.remove();
  });

  test('the kit: relays and the server killed, nothing lost', { timeout: 900_000 }, async (context) => {
    if (missing !== undefined) return context.skip(missing);
    const bus = await openBus({ port: broker.port });
    await runKit({
      adapter: 'rabbitmq',
      bus,
      broker,
      // A quorum queue knows no ids, and an acknowledgement is not confirmed.
      promises: { once: false, orderAfterKills: false },
      messages: isLong ? 100_000 : 3000,
      kills: { relays: isLong ? 10 : 2, broker: isLong ? 3 : 1 },
    });
    await bus.close();
  });

  test('a queue that is not there is named; what no queue takes is told from what is sent', {
    timeout: 60_000,
  }, async (context) => {
    if (missing !== undefined) return context.skip(missing);
    const connection = await connect(`amqp://127.0.0.1:${broker.port}`, { recovery: true });
    const inlet = rabbitInlet({ connection, queue: 'nobody' });
    const reading = inlet.deliveries(new AbortController().signal)[Symbol.asyncIterator]().next();
    await expect(reading).rejects.toMatchObject({ code: 'caller.option-invalid', detail: { option: 'queue' } });

    const channel = await connection.createChannel();
    await channel.assertQueue('small', { durable: true });
    const outlet = rabbitOutlet({
      connection,
      routingKey: ({ key = '' }) => key,
      messageBytesMax: 1000,
    });
    const message = (id: string, key: string, octets = new Uint8Array(10), headers = {}) => ({
      id,
      key,
      octets,
      headers,
    });
    const unsendable = await outlet.send([
      message('good', 'small'),
      message('astray', 'nowhere'),
      message('large', 'small', new Uint8Array(1001)),
      message('long', 'k'.repeat(256)),
      message('laden', 'small', undefined, { a: 'x'.repeat(200_000), [`n${'x'.repeat(300)}`]: 'v', b: 'kept' }),
    ]);
    expect(unsendable.map((each) => [each.message.id, each.code])).toEqual([
      ['astray', 'internal.bus-refused'],
      ['large', 'internal.bus-refused'],
      ['long', 'internal.bus-refused'],
    ]);
    await channel.get('small', { noAck: true });
    const laden = await channel.get('small', { noAck: true });
    expect(laden !== false && laden.properties.headers).toEqual({ b: 'kept' });
    await outlet.close();
    await connection.close();
  });

  test('an acknowledgement that is lost with its channel is made up for, and the message not handed on again', {
    timeout: 60_000,
  }, async (context) => {
    if (missing !== undefined) return context.skip(missing);
    const connection = await connect(`amqp://127.0.0.1:${broker.port}`, { recovery: true });
    const channel = await connection.createChannel();
    await channel.assertQueue('broken', { durable: true, arguments: { 'x-queue-type': 'quorum' } });
    const outlet = rabbitOutlet({ connection, routingKey: 'broken' });
    const octets = new TextEncoder().encode('the same');
    await outlet.send(['1', '2', '3'].map((id) => ({ id: 'same', octets, headers: {}, key: id })));
    const inlet = rabbitInlet({ connection, queue: 'broken' });
    const ending = new AbortController();
    const deliveries = inlet.deliveries(ending.signal)[Symbol.asyncIterator]();
    const next = async () => {
      const read = await deliveries.next();
      if (read.done === true) throw new Error('no more');
      return read.value;
    };
    const [first, second, third] = [await next(), await next(), await next()];
    expect(new Set([first.place, second.place, third.place]).size).toBe(3);
    await first.channel.close();
    await inlet.acknowledge([second]);
    const again = [await next(), await next()];
    expect(new Set(again.map(({ place }) => place))).toEqual(new Set([first.place, third.place]));
    await inlet.acknowledge(again);
    ending.abort();
    expect(await deliveries.next()).toMatchObject({ done: true });
    await inlet.close();
    expect(await channel.checkQueue('broken')).toMatchObject({ messageCount: 0 });
    await connection.close();
  });

  test('request and reply: contexts established over a queue', { timeout: 120_000 }, async (context) => {
    if (missing !== undefined) return context.skip(missing);
    const [client, service] = await Promise.all([1, 2].map(() => connect(`amqp://127.0.0.1:${broker.port}`)));
    if (client === undefined || service === undefined) throw new Error('no connection');
    for (const each of [client, service]) each.on('error', () => undefined);
    await (await service.createChannel()).assertQueue('asked', { durable: true });
    const requester = rabbitRequester({ connection: client, queue: 'asked' });
    for (const way of BUS_WAYS) {
      const inlet = rabbitRequests({ connection: service, queue: 'asked' });
      await conversationOver(way, { requester, inlet });
      await inlet.close();
    }
    await answeredAfterTheEnd({ requester, inlet: rabbitRequests({ connection: service, queue: 'asked' }) });
    const message = { octets: new Uint8Array(1), headers: {} };
    // Nobody listens any more; a queue that is not there; one who does not wait.
    await expect(requester.request(message, 500)).rejects.toMatchObject({ code: 'internal.bus-unavailable' });
    const nowhere = rabbitRequester({ connection: client, queue: 'no-such-queue' });
    await expect(nowhere.request(message, 60_000)).rejects.toMatchObject({ detail: { reason: 'no queue' } });
    const gone = requester.request(message, 60_000, AbortSignal.timeout(100));
    await expect(gone).rejects.toMatchObject({ code: 'caller.aborted' });
    const asked = requester.request(message, 60_000);
    const closed = expect(asked).rejects.toMatchObject({ code: 'internal.bus-unavailable' });
    await requester.close();
    await closed;
    for (const each of [nowhere, client, service]) await each.close();
  });

  test('parley relay --seal, into an exchange', { timeout: 120_000 }, async (context) => {
    if (missing !== undefined) return context.skip(missing);
    const connection = await connect(`amqp://127.0.0.1:${broker.port}`, { recovery: true });
    connection.on('error', () => undefined);
    const channel = await connection.createChannel();
    await channel.assertExchange('orders', 'direct', { durable: true });
    for (const queue of ['given', 'sealed', 'refused']) await channel.assertQueue(queue, { durable: true });
    await channel.bindQueue('sealed', 'orders', 'urgent');
    const server = `rabbitmq://guest:guest@127.0.0.1:${broker.port}`;
    const addresses = {
      from: `${server}/given?vhost=%2F`,
      to: `${server}/urgent?exchange=orders`,
      deadLetters: `${server}/refused`,
    };
    const producer = rabbitOutlet({ connection, routingKey: 'given' });
    const results = rabbitInlet({ connection, queue: 'sealed' });
    const refused = rabbitInlet({ connection, queue: 'refused' });
    await commandOn({ addresses, producer, results, refused }, 'seal');
    expect(await channel.checkQueue('given')).toMatchObject({ messageCount: 0 });
    for (const each of [producer, results, refused, connection]) await each.close();
  });
});
