import { amqpInlet, amqpOutlet } from '@parley/bus-amqp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBus } from './amqp-bus.mjs';
import { buildArtemis, startArtemis } from './artemis-server.mjs';
import { runKit } from './kit.ts';
import { commandOn } from './relay-story.ts';

const { classPath, missing } = buildArtemis();
const isLong = process.env['PARLEY_LIVE'] === 'all';

describe('Artemis, over AMQP 1.0', () => {
  let broker: Awaited<ReturnType<typeof startArtemis>>;
  beforeAll(async () => {
    if (classPath !== undefined) broker = await startArtemis(classPath);
  }, 120_000);
  afterAll(async () => {
    if (classPath !== undefined) await broker.remove();
  });

  test('the kit: relays and the broker killed, nothing lost', { timeout: 900_000 }, async (context) => {
    if (missing !== undefined) return context.skip(missing);
    const bus = await openBus({ port: broker.port });
    await runKit({
      adapter: 'amqp',
      bus,
      broker,
      promises: { once: false, orderAfterKills: false },
      messages: isLong ? 100_000 : 2000,
      kills: { relays: isLong ? 10 : 2, broker: isLong ? 3 : 1 },
    });
    await bus.close();
  });

  test('a queue that is not there is named, by the inlet and by the outlet', { timeout: 60_000 }, async (context) => {
    if (missing !== undefined) return context.skip(missing);
    const { connection, close } = await openBus({ port: broker.port });
    const inlet = amqpInlet({ connection, address: 'nobody' });
    const reading = inlet.deliveries(new AbortController().signal)[Symbol.asyncIterator]().next();
    const named = { code: 'caller.option-invalid', detail: { option: 'address', got: 'nobody' } };
    await expect(reading).rejects.toMatchObject(named);
    const outlet = amqpOutlet({ connection, address: 'nobody' });
    const message = { id: '1', octets: new Uint8Array(3), headers: {}, key: undefined };
    await expect(outlet.send([message])).rejects.toMatchObject(named);
    await close();
  });

  test('parley relay --reseal', { timeout: 120_000 }, async (context) => {
    if (missing !== undefined) return context.skip(missing);
    const { connection, close } = await openBus({ port: broker.port });
    const server = `amqp://kit:kit@127.0.0.1:${broker.port}`;
    const addresses = { from: `${server}/given`, to: `${server}/resealed`, deadLetters: `${server}/refused` };
    const producer = amqpOutlet({ connection, address: 'given' });
    const results = amqpInlet({ connection, address: 'resealed' });
    const refused = amqpInlet({ connection, address: 'refused' });
    await commandOn({ addresses, producer, results, refused }, 'reseal');
    for (const each of [producer, results, refused]) await each.close();
    await close();
  });
});
