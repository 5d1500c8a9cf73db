/** Topics of a broker as an archive, and as the place where its results go. */
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { folderObjects, type ObjectStore, verifyArchive } from '@parley/archive';
import { kafkaResults, kafkaSegments } from '@parley/archive/kafka';
import { contextSource, Fault, type SecurityContext } from '@parley/core';
import kafkajs, { type Kafka, type Message } from 'kafkajs';
import { expect } from 'vitest';
import { keptResults, sampleContexts, sampleMessage } from '../../archive/archive-fixture.ts';
import { parley } from '../../cli/run-parley.ts';

const PARTITIONS = 3;
const MESSAGES = 240;
const REPLAYS = 6;
const FORGED = 6;
/** Neither XML nor text, and nothing at all. */
const ODD = 2;

export interface Filled {
  readonly kafka: Kafka;
  readonly contexts: readonly SecurityContext[];
}

/** Messages of contexts over the partitions, replays in other partitions than their originals, what was changed, and what was taken back. */
export async function fillTopic(port: number, topics: readonly string[]): Promise<Filled> {
  const kafka = new kafkajs.Kafka({ brokers: [`127.0.0.1:${port}`], logLevel: kafkajs.logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({
    topics: topics.map((topic) => ({ topic, numPartitions: PARTITIONS })),
    waitForLeaders: true,
  });
  await admin.disconnect();
  const contexts = sampleContexts(9);
  const messages = Array.from({ length: MESSAGES + FORGED }, (_, number): Message & { readonly partition: number } => {
    const place = number % contexts.length;
    const value = Buffer.from(sampleMessage(contexts[place] as SecurityContext, number));
    const partition = place % PARTITIONS;
    if (number < MESSAGES) return { partition, value };
    return { partition, value: Buffer.from(value.toString().replace('hällo', 'hullo')) };
  });
  const replays = messages.slice(10, 10 + REPLAYS).map(({ partition, value }, index) => ({
    partition: (partition + 1 + (index % 2)) % PARTITIONS,
    value,
  }));
  const odd = [
    { partition: 1, value: Buffer.from([0xff, 0xfe, 0x00]) },
    { partition: 2, value: null },
  ];
  const [topic = ''] = topics;
  const producer = kafka.producer({ transactionalId: `fills-${topic}`, maxInFlightRequests: 1, idempotent: true });
  await producer.connect();
  for (const part of [messages.slice(0, 100), messages.slice(100), [...replays, ...odd]]) {
    const taken = await producer.transaction();
    await taken.send({ topic, messages: part });
    await taken.commit();
    const lost = await producer.transaction();
    await lost.send({ topic, messages: messages.slice(0, 5) });
    await lost.abort();
  }
  await producer.disconnect();
  return { kafka, contexts };
}

/** The parsed values of all that is committed in a topic. */
async function valuesOf(kafka: Kafka, topic: string): Promise<Record<string, unknown>[]> {
  const admin = kafka.admin();
  await admin.connect();
  const ends = await admin.fetchTopicOffsets(topic);
  await admin.disconnect();
  const open = new Set(ends.filter(({ high }) => high !== '0').map(({ partition }) => partition));
  const values: Record<string, unknown>[] = [];
  if (open.size === 0) return values;
  const consumer = kafka.consumer({ groupId: `reads-${topic}-${randomUUID()}`, maxWaitTimeInMs: 100 });
  await new Promise<void>((resolve, reject) => {
    consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
      const high = ends.find(({ partition }) => partition === payload.partition)?.high ?? '0';
      if (BigInt(payload.lastOffset) + 1n >= BigInt(high)) open.delete(payload.partition);
      if (open.size === 0) resolve();
    });
    const begun = async (): Promise<void> => {
      await consumer.connect();
      await consumer.subscribe({ topic, fromBeginning: true });
      await consumer.run({
        eachMessage: async ({ message }) =>
          void values.push(JSON.parse(String(message.value)) as Record<string, unknown>),
      });
    };
    begun().catch(reject);
  });
  await consumer.disconnect();
  return values;
}

function sortedById(lines: readonly Record<string, unknown>[]): Record<string, unknown>[] {
  return [...lines].sort((left, right) => (String(left['id']) < String(right['id']) ? -1 : 1));
}

/** The results that a store has, as a topic has them, too. */
export async function expectTopic(kafka: Kafka, topic: string, store: ObjectStore): Promise<void> {
  const kept = (await keptResults(store)).map((line) => JSON.parse(line) as Record<string, unknown>);
  const told = (await valuesOf(kafka, topic)).map(({ segment: _s, line: _l, message_bytes: _m, ...line }) => line);
  expect(sortedById(told)).toEqual(sortedById(kept));
}

/** The command, twice; the topic has grown in between. */
export async function commandOnTopics(port: number, keys: string, folder: string, { kafka, contexts }: Filled) {
  const out = path.join(folder, 'command');
  const host = `kafka://127.0.0.1:${port}`;
  const words = ['archive', 'verify', `${host}/log`, '--keys', keys, '--out', out, '--to', `${host}/verdicts`];
  const run = () => parley([...words, '--shards', '3', '--workers', '0', '--json']);
  const first = await run();
  expect(first).toMatchObject({ status: 1, stderr: '' });
  const { tally } = JSON.parse(first.stdout) as { readonly tally: { readonly refused: Record<string, number> } };
  expect(tally).toMatchObject({
    messages: MESSAGES + FORGED + REPLAYS + ODD,
    valid: MESSAGES,
    refused: { 'peer.replay': REPLAYS, 'peer.digest-mismatch': FORGED },
  });
  expect(Object.values(tally.refused).reduce((sum, count) => sum + count, 0)).toBe(FORGED + REPLAYS + ODD);
  await expectTopic(kafka, 'verdicts', folderObjects(out));
  const producer = kafka.producer();
  await producer.connect();
  const value = Buffer.from(sampleMessage(contexts[0] as SecurityContext, MESSAGES + FORGED));
  await producer.send({ topic: 'log', messages: [{ partition: 0, value }] });
  await producer.disconnect();
  const second = await run();
  expect({ ...second, stdout: JSON.parse(second.stdout) as unknown }).toMatchObject({
    status: 1,
    stdout: { tally, answered: 0 },
  });
  await expectTopic(kafka, 'verdicts', folderObjects(out));
}

/** The same archive, with its results to `topic`. */
function optionsTo(topic: string, { kafka, contexts }: Filled) {
  return {
    source: kafkaSegments({ kafka, topics: ['log'] }),
    contexts: contextSource(contexts),
    judging: { profile: 'strict', at: 'message', allowReplays: false },
    shards: 1,
    workers: 0,
    sink: kafkaResults({ kafka, topic }),
  } as const;
}

/** A disk that is full when it is to be said that a piece is done, whose results are in the topic already. */
export async function interruptedOnTopics(folder: string, filled: Filled): Promise<void> {
  const store = folderObjects(path.join(folder, 'interrupted'));
  const failing = new Set(['done/segment-000001.json', 'done/shard-000000.json']);
  const broken: ObjectStore = {
    location: store.location,
    get: (...given) => store.get(...given),
    stream: (name) => store.stream(name),
    put: (...given) => store.put(...given),
    list: (prefix) => store.list(prefix),
    putIfAbsent: async (name, octets) => {
      if (failing.delete(name)) throw new Fault('caller.output-unwritable', { file: name });
      return await store.putIfAbsent(name, octets);
    },
  };
  const run = () => verifyArchive({ ...optionsTo('once', filled), store: broken });
  await expect(run()).rejects.toMatchObject({ code: 'caller.output-unwritable' });
  await expect(run()).rejects.toMatchObject({ code: 'caller.output-unwritable' });
  await run();
  expect(failing).toEqual(new Set());
  await expectTopic(filled.kafka, 'once', store);
}

/** Two who do the same at once. */
export async function twoOnTopics(folder: string, filled: Filled): Promise<void> {
  const store = folderObjects(path.join(folder, 'shared'));
  await Promise.all([1, 2].map(() => verifyArchive({ ...optionsTo('twice', filled), store })));
  await expectTopic(filled.kafka, 'twice', store);
}
