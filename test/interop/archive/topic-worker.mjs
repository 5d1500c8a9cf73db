// One of several that verify the topic `log` and share it out by Kafka: `node topic-worker.mjs PORT KEYS OUT RESULTS`. Says each event on a line.
import { readFileSync, writeSync } from 'node:fs';
import process from 'node:process';
import { folderObjects, verifyArchive } from '@parley/archive';
import { kafkaQueue, kafkaResults, kafkaSegments } from '@parley/archive/kafka';
import { contextSource } from '@parley/core';
import { parseKeys } from '@parley/log';
import kafkajs from 'kafkajs';

const [port, keys, out, results] = process.argv.slice(2);
const kafka = new kafkajs.Kafka({ brokers: [`127.0.0.1:${port}`], logLevel: kafkajs.logLevel.NOTHING });
await verifyArchive({
  source: kafkaSegments({ kafka, topics: ['log'], segmentRecords: 20 }),
  store: folderObjects(out),
  contexts: contextSource(parseKeys(readFileSync(keys))),
  judging: { profile: 'strict', at: 'message', allowReplays: false },
  shards: 8,
  workers: 0,
  sink: kafkaResults({ kafka, topic: results }),
  queue: kafkaQueue({ kafka, partitions: 6, silenceMaxMs: 2000 }),
  onEvent: ({ kind }) => writeSync(1, `${kind}\n`),
});
