// What topics take less of than a relay was told, and records of other clients: none of it stops a relay, is lost or comes twice.
import type { OutgoingMessage, Stage } from '@parley/bus';
import { relay } from '@parley/bus';
import { kafkaCommit, kafkaInlet, kafkaOutlet } from '@parley/bus-kafka';
import kafkajs from 'kafkajs';
import { expect } from 'vitest';

/** `max.message.bytes` of the topics of results. */
const LIMIT = 20_000;
const END = 'the end';
/** Around the limit octet by octet: what a batch has around a record is less than 200. */
const SIZES = [0, 1, 5000, ...Array.from({ length: 200 }, (_, index) => LIMIT - 195 + index), LIMIT * 2, LIMIT * 40];

const copying: Stage = async function* copied(deliveries) {
  for await (const delivery of deliveries) {
    const { octets, headers, place, key } = delivery;
    yield { delivery, message: { id: place, octets, headers, key }, refused: undefined };
  }
};

type Read = Pick<OutgoingMessage, 'octets' | 'headers'>;

/** What is read is of so many partitions, by a relay that has a transaction for each. */
export async function limitsOfTopics(port: number, partitions: number): Promise<void> {
  const kafka = new kafkajs.Kafka({ brokers: [`127.0.0.1:${port}`], logLevel: kafkajs.logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  const narrow = [{ name: 'max.message.bytes', value: String(LIMIT) }];
  const compacted = [{ name: 'cleanup.policy', value: 'compact' }];
  await admin.createTopics({
    topics: [
      { topic: 'wide', numPartitions: partitions },
      { topic: 'narrow', numPartitions: 1, configEntries: narrow },
      { topic: 'narrow-dead', numPartitions: 1 },
      { topic: 'sent', numPartitions: 1, configEntries: narrow },
      { topic: 'keyed', numPartitions: 1, configEntries: compacted },
    ],
    waitForLeaders: true,
  });
  await admin.disconnect();
  await sentToNarrow(kafka);
  await sentToCompacted(kafka);
  await relayedToNarrow(kafka, partitions);
}

function messageOf(size: number, key?: string): OutgoingMessage {
  return { id: `of-${size}`, octets: new Uint8Array(size).fill(0x61), headers: { size: String(size) }, key };
}

async function sentToNarrow(kafka: kafkajs.Kafka): Promise<void> {
  const outlet = kafkaOutlet({ kafka, topic: 'sent' });
  const unsendable = await outlet.send(SIZES.map((size) => messageOf(size)));
  expect(new Set(unsendable.map(({ code }) => code))).toEqual(new Set(['internal.bus-refused']));
  const refused = unsendable.map(({ message }) => message.octets.length).sort((left, right) => left - right);
  const [least = 0] = refused;
  expect(least).toBeGreaterThan(LIMIT - 195);
  expect(least).toBeLessThanOrEqual(LIMIT);
  // All that is larger, too, and nothing that is smaller.
  expect(refused).toEqual(SIZES.filter((size) => size >= least));
  const arrived = await readAll(kafka, 'sent', outlet);
  expect(arrived.map(({ octets }) => octets.length).sort((left, right) => left - right)).toEqual(
    SIZES.filter((size) => size < least),
  );
  await outlet.close();
}

async function sentToCompacted(kafka: kafkajs.Kafka): Promise<void> {
  const outlet = kafkaOutlet({ kafka, topic: 'keyed' });
  const messages = Array.from({ length: 9 }, (_, size) => messageOf(size, size % 4 === 2 ? undefined : `key-${size}`));
  const unsendable = await outlet.send(messages);
  expect(unsendable.map(({ message, code }) => [message.id, code])).toEqual([
    ['of-2', 'internal.bus-refused'],
    ['of-6', 'internal.bus-refused'],
  ]);
  await outlet.close();
}

/** Exactly once: whatever of a transaction is refused, the rest of it is in one. */
async function relayedToNarrow(kafka: kafkajs.Kafka, partitions: number): Promise<void> {
  const producer = kafka.producer();
  await producer.connect();
  const sizes = SIZES.filter((size, index) => size < LIMIT * 3 && index % 2 === 0);
  const given: kafkajs.Message[] = sizes.map((size, index) => ({
    partition: index % partitions,
    value: Buffer.alloc(size, 0x62),
    headers: { size: String(size) },
  }));
  const odd = { ключ: 'значение', umlaut: 'Übergrößenträger', many: ['a', 'b'], octets: Buffer.from([0xff, 0x00]) };
  given.push({ partition: 1, key: 'tombstone', value: null, headers: { ...odd, size: 'null' } });
  await producer.send({ topic: 'wide', messages: given });
  await producer.disconnect();

  const inlet = kafkaInlet({ kafka, groupId: 'limits', topics: ['wide'] });
  const commit = kafkaCommit({ kafka, inlet, topic: 'narrow', deadLetterTopic: 'narrow-dead' });
  const [outlet, deadLetters] = ['narrow', 'narrow-dead'].map((topic) => kafkaOutlet({ kafka, topic }));
  if (outlet === undefined || deadLetters === undefined) throw new Error('no outlets');
  const ending = new AbortController();
  let left = given.length;
  const onSettled = (): void => {
    left -= 1;
    if (left === 0) ending.abort();
  };
  await relay({ inlet, stage: copying, outlet, deadLetters, commit, signal: ending.signal, onSettled });
  await commit.close();
  await inlet.close();
  const results = await readAll(kafka, 'narrow', outlet);
  const dead = await readAll(kafka, 'narrow-dead', deadLetters);
  for (const each of [outlet, deadLetters]) await each.close();
  const sizeIn = ({ headers }: Read): string => headers['size'] ?? '';
  const inOrder = (texts: readonly string[]): string[] => [...texts].sort((left, right) => (left < right ? -1 : 1));
  expect(inOrder([...results, ...dead].map(sizeIn))).toEqual(inOrder([...sizes.map(String), 'null']));
  expect(dead.every(({ headers }) => headers['parley-code'] === 'internal.bus-refused')).toBe(true);
  const leastDead = Math.min(...dead.map(({ octets }) => octets.length));
  const mostTaken = Math.max(...results.map(({ octets }) => octets.length));
  expect(mostTaken).toBeLessThan(leastDead);
  expect(leastDead).toBeGreaterThan(LIMIT - 195);
  const tombstone = results.find((each) => sizeIn(each) === 'null');
  expect(tombstone?.octets.length).toBe(0);
  expect(tombstone?.headers).toMatchObject({ ключ: 'значение', umlaut: 'Übergrößenträger', many: 'a, b' });
}

/** All that is in a topic of one partition and committed. */
async function readAll(kafka: kafkajs.Kafka, topic: string, outlet: ReturnType<typeof kafkaOutlet>): Promise<Read[]> {
  expect(await outlet.send([{ id: END, octets: new Uint8Array(0), headers: { end: END } }])).toEqual([]);
  const inlet = kafkaInlet({ kafka, groupId: `all-of-${topic}`, topics: [topic] });
  const read: Read[] = [];
  for await (const delivery of inlet.deliveries(new AbortController().signal)) {
    if (delivery.headers['end'] === END) break;
    read.push(delivery);
  }
  await inlet.close();
  return read;
}
