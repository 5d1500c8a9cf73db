import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { kafkaInlet, kafkaOutlet } from '@parley/bus-kafka';
import { keysText } from '@parley/log';
import kafkajs from 'kafkajs';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { sharedOnTopics } from '../archive/topic-workers.ts';
import { commandOnTopics, fillTopic, interruptedOnTopics, twoOnTopics } from '../archive/topics.ts';
import { openBus } from './kafka-bus.mjs';
import { buildKafka, startKafka } from './kafka-server.mjs';
import { runKit } from './kit.ts';
import { missingPlatformatic, NODE } from './platformatic-library.mjs';
import { commandOn } from './relay-story.ts';
import { limitsOfTopics } from './topic-limits.ts';

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

  test('the same kit, whose relays go by @platformatic/kafka', {
    timeout: 900_000,
  }, async (context) => {
    const unfit = missing ?? missingPlatformatic();
    if (unfit !== undefined) return context.skip(unfit);
    const bus = await openBus({ port: broker.port }, { name: 'platformatic-' });
    await runKit({
      adapter: 'platformatic',
      node: NODE,
      bus,
      broker,
      promises: { once: true, orderAfterKills: true },
      messages: isLong ? 100_000 : 1000,
      kills: { relays: isLong ? 10 : 1, broker: isLong ? 3 : 1 },
    });
    await bus.close();
  });

  test('topics that take less than was said, or want keys, and records of other clients', {
    timeout: 120_000,
  }, async (context) => {
    if (missing !== undefined) return context.skip(missing);
    await limitsOfTopics(broker.port, isLong ? 50 : 10);
  });

  test('parley relay --open', { timeout: 120_000 }, async (context) => {
    if (missing !== undefined) return context.skip(missing);
    const host = `127.0.0.1:${broker.port}`;
    const kafka = new kafkajs.Kafka({ brokers: [host], logLevel: kafkajs.logLevel.NOTHING });
    const admin = kafka.admin();
    await admin.connect();
    const topics = ['given', 'opened', 'refused'].map((topic) => ({ topic, numPartitions: 2 }));
    await admin.createTopics({ topics, waitForLeaders: true });
    await admin.disconnect();
    const [from, to, deadLetters] = [
      `kafka://${host}/given?group=command`,
      `kafka://${host}/opened`,
      `kafka://${host}/refused`,
    ];
    const producer = kafkaOutlet({ kafka, topic: 'given' });
    const results = kafkaInlet({ kafka, groupId: 'results', topics: ['opened'] });
    const refused = kafkaInlet({ kafka, groupId: 'letters', topics: ['refused'] });
    await commandOn({ addresses: { from, to, deadLetters }, producer, results, refused }, 'open');
    for (const each of [producer, results, refused]) await each.close();
  });

  test('T101, T102: an archive in topics, its results once in another, whatever is interrupted', {
    timeout: 300_000,
  }, async (context) => {
    if (missing !== undefined) return context.skip(missing);
    const folder = mkdtempSync(path.join(tmpdir(), 'parley-topics-'));
    try {
      const filled = await fillTopic(broker.port, ['log', 'verdicts', 'once', 'twice', 'shared']);
      const keys = path.join(folder, 'keys.json');
      writeFileSync(keys, keysText(filled.contexts));
      await commandOnTopics(broker.port, keys, folder, filled);
      await interruptedOnTopics(folder, filled);
      if (isLong) await twoOnTopics(folder, filled);
      const outage = async (): Promise<void> => {
        await broker.kill();
        await broker.restart();
      };
      // kfake shares a topic out in each run; with a broker that is killed meanwhile, it takes minutes.
      if (isLong) await sharedOnTopics({ port: broker.port, folder, keys, results: 'shared', filled, outage });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
