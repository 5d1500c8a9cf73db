// Kafka for the conformance kit: three topics of three partitions, whose times are the broker's.
// @ts-check
import { kafkaCommit, kafkaInlet, kafkaOutlet } from '@parley/bus-kafka';
import kafkajs from 'kafkajs';

const PARTITIONS = 3;

/**
 * @param {{ port: number }} configuration
 * @param {{ name: string, kafka?: import('kafkajs').Kafka }} [relays] what their topics and group begin with, and what they go by, if that is not kafkajs
 */
export async function openBus({ port }, { name, kafka: relayed } = { name: '' }) {
  const TOPICS = { IN: `${name}in`, OUT: `${name}out`, DEAD: `${name}dead` };
  const GROUP = `${name}parley`;
  const kafka = new kafkajs.Kafka({
    brokers: [`127.0.0.1:${port}`],
    logLevel: kafkajs.logLevel.NOTHING,
    connectionTimeout: 3000,
    retry: { retries: 8, initialRetryTime: 100, maxRetryTime: 2000 },
  });
  const inlet = kafkaInlet({ kafka: relayed ?? kafka, groupId: GROUP, topics: [TOPICS.IN], sessionTimeoutMs: 6000 });
  const outletTo = (/** @type {string} */ topic) => kafkaOutlet({ kafka: relayed ?? kafka, topic });
  const commit = kafkaCommit({ kafka: relayed ?? kafka, inlet, topic: TOPICS.OUT, deadLetterTopic: TOPICS.DEAD });
  const admin = kafka.admin();
  /** @type {import('@parley/bus').Outlet[]} */
  const outlets = [];
  return {
    inlet: () => inlet,
    outlet: () => outletTo(TOPICS.OUT),
    deadLetters: () => outletTo(TOPICS.DEAD),
    commit: () => commit,
    producer() {
      const outlet = kafkaOutlet({ kafka, topic: TOPICS.IN });
      outlets.push(outlet);
      return outlet;
    },
    async create() {
      await admin.connect();
      const configEntries = [{ name: 'message.timestamp.type', value: 'LogAppendTime' }];
      const topics = Object.values(TOPICS).map((topic) => ({ topic, numPartitions: PARTITIONS, configEntries }));
      await admin.createTopics({ topics, waitForLeaders: true });
    },
    async left() {
      const ends = await admin.fetchTopicOffsets(TOPICS.IN);
      const [committed] = await admin.fetchOffsets({ groupId: GROUP, topics: [TOPICS.IN] });
      return ends.reduce((sum, { partition, high }) => {
        const at = committed?.partitions.find((each) => each.partition === partition)?.offset ?? '-1';
        return sum + Number(high) - Math.max(0, Number(at));
      }, 0);
    },
    /** All that arrived and was committed, in the order of its partition. */
    async arrived(/** @type {'OUT' | 'DEAD'} */ place) {
      const ends = await admin.fetchTopicOffsets(TOPICS[place]);
      const open = new Set(ends.filter(({ high }) => high !== '0').map(({ partition }) => partition));
      /** @type {Record<string, string>[]} */
      const headers = [];
      if (open.size === 0) return headers;
      const consumer = kafka.consumer({ groupId: `reader-of-${TOPICS[place]}`, readUncommitted: false });
      await consumer.connect();
      await consumer.subscribe({ topics: [TOPICS[place]], fromBeginning: true });
      await new Promise((resolve) => {
        void consumer.run({
          eachBatch: async ({ batch }) => {
            for (const message of batch.messages)
              headers.push(
                Object.fromEntries(Object.entries(message.headers ?? {}).map(([name, value]) => [name, String(value)])),
              );
            // The end of a partition is the mark of its last transaction, which is no message.
            const high = ends.find(({ partition }) => partition === batch.partition)?.high ?? '0';
            if (BigInt(batch.lastOffset()) + 1n >= BigInt(high)) open.delete(batch.partition);
            if (open.size === 0) resolve(undefined);
          },
        });
      });
      await consumer.disconnect();
      return headers;
    },
    async close() {
      await commit.close();
      await inlet.close();
      for (const outlet of outlets) await outlet.close();
      await admin.disconnect();
    },
  };
}
