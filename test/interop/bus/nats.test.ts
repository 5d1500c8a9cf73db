import { AckPolicy, jetstreamManager, StorageType } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { natsInlet, natsOutlet } from '@parley/bus-nats';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runKit } from './kit.ts';
import { openBus } from './nats-bus.mjs';
import { missingNats, startNats } from './nats-server.mjs';
import { commandOn } from './relay-story.ts';

const missing = missingNats();
const isLong = process.env['PARLEY_LIVE'] === 'all';

describe('NATS JetStream', () => {
  let broker: Awaited<ReturnType<typeof startNats>>;
  beforeAll(async () => {
    if (missing === undefined) broker = await startNats();
  });
  afterAll(async () => {
    if (missing === undefined) await broker.remove();
  });

  test('the kit: relays and the server killed, nothing lost, nothing doubled', {
    timeout: 900_000,
  }, async (context) => {
    if (missing !== undefined) return context.skip(missing);
    const bus = await openBus({ port: broker.port });
    await runKit({
      adapter: 'nats',
      bus,
      broker,
      promises: { once: true, orderAfterKills: false },
      messages: isLong ? 100_000 : 4000,
      kills: { relays: isLong ? 10 : 2, broker: isLong ? 3 : 1 },
    });
    await bus.close();
  });

  test('a consumer that is not there is named', async (context) => {
    if (missing !== undefined) return context.skip(missing);
    const connection = await connect({ servers: `127.0.0.1:${broker.port}` });
    const inlet = natsInlet({ connection, stream: 'IN', consumer: 'nobody' });
    const reading = inlet.deliveries(new AbortController().signal)[Symbol.asyncIterator]().next();
    await expect(reading).rejects.toMatchObject({ code: 'caller.option-invalid', detail: { option: 'consumer' } });
    await connection.close();
  });

  test("what its stream takes less of than its server is told from what is sent, and its own headers are nobody else's to say", async (context) => {
    if (missing !== undefined) return context.skip(missing);
    const connection = await connect({ servers: `127.0.0.1:${broker.port}` });
    const manager = await jetstreamManager(connection);
    const headers = { 'nats-msg-id': 'same', 'Nats-Expected-Last-Sequence': '7', kept: 'Größe\r\n' };
    const message = (id: string, size: number) => ({ id, octets: new Uint8Array(size), headers });
    await manager.streams.add({ name: 'NARROW', subjects: ['narrow'], max_msg_size: 1000 });
    const outlet = natsOutlet({ connection, subject: 'narrow' });
    const unsendable = await outlet.send([
      message('a', 10),
      message('b', 1001),
      message('c', 0),
      message('d', 2_000_000),
    ]);
    expect(unsendable.map((each) => [each.message.id, each.code])).toEqual([
      ['b', 'internal.bus-refused'],
      ['d', 'internal.bus-refused'],
    ]);
    expect((await manager.streams.info('NARROW')).state.messages).toBe(2);
    const stored = await manager.streams.getMessage('NARROW', { seq: 1 });
    expect(stored?.header.get('kept')).toBe('Gr%C3%B6%C3%9Fe%0D%0A');
    await connection.close();
  });

  test('parley relay --verify', { timeout: 120_000 }, async (context) => {
    if (missing !== undefined) return context.skip(missing);
    const connection = await connect({ servers: `127.0.0.1:${broker.port}` });
    const manager = await jetstreamManager(connection);
    for (const name of ['given', 'verified', 'refused']) {
      await manager.streams.add({ name, subjects: [`command.${name}`], storage: StorageType.File });
      await manager.consumers.add(name, { durable_name: 'command', ack_policy: AckPolicy.Explicit });
    }
    const server = `nats://127.0.0.1:${broker.port}`;
    const addresses = {
      from: `${server}/given/command`,
      to: `${server}/command.verified`,
      deadLetters: `${server}/command.refused`,
    };
    const producer = natsOutlet({ connection, subject: 'command.given' });
    const results = natsInlet({ connection, stream: 'verified', consumer: 'command' });
    const refused = natsInlet({ connection, stream: 'refused', consumer: 'command' });
    await commandOn({ addresses, producer, results, refused }, 'verify');
    for (const each of [producer, results, refused, connection]) await each.close();
  });
});
