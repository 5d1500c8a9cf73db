import { connect } from '@nats-io/transport-node';
import { natsInlet } from '@parley/bus-nats';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runKit } from './kit.ts';
import { openBus } from './nats-bus.mjs';
import { missingNats, startNats } from './nats-server.mjs';

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
});
