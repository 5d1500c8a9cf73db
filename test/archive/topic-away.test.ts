// A cluster of Kafka that is not there.
import { kafkaSegments } from '@parley/archive/kafka';
import { Kafka, logLevel } from 'kafkajs';
import { expect, test } from 'vitest';
import { unusedPort } from '../doors/unused-port.ts';

test('what a topic cannot be read for names the broker, and how the last try failed', async () => {
  const broker = `127.0.0.1:${await unusedPort()}`;
  const kafka = new Kafka({
    brokers: [broker],
    logLevel: logLevel.NOTHING,
    retry: { retries: 1, initialRetryTime: 1 },
  });
  await expect(kafkaSegments({ kafka, topics: ['log'] }).segments()).rejects.toMatchObject({
    code: 'internal.bus-unavailable',
    detail: { reason: 'ECONNREFUSED: nobody listens there', bus: broker },
  });
});
