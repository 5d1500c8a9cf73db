import { afterAll, beforeAll, describe, test } from 'vitest';
import { openBus } from './kafka-bus.mjs';
import { buildKafka, startKafka } from './kafka-server.mjs';
import { runKit } from './kit.ts';

const { classPath, missing } = buildKafka();
const isLong = process.env['PARLEY_LIVE'] === 'all';

describe('Kafka', () => {
  let broker: Awaited<ReturnType<typeof startKafka>>;
  beforeAll(async () => {
    if (classPath !== undefined) broker = await startKafka(classPath);
  }, 120_000);
  afterAll(async () => {
    if (classPath !== undefined) await broker.remove();
  });

  test('the kit: relays and the broker killed, each result committed once and in order', {
    timeout: 900_000,
  }, async (context) => {
    if (missing !== undefined) return context.skip(missing);
    const bus = await openBus({ port: broker.port });
    await runKit({
      adapter: 'kafka',
      bus,
      broker,
      promises: { once: true, orderAfterKills: true },
      messages: isLong ? 100_000 : 3000,
      kills: { relays: isLong ? 10 : 2, broker: isLong ? 3 : 1 },
    });
    await bus.close();
  });
});
