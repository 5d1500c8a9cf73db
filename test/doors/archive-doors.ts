import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  type ArchiveOptions,
  type ArchiveSummary,
  archiveReport,
  fileSegments,
  folderObjects,
  objectSegments,
  type RunFigures,
  type S3Options,
  s3Objects,
  verifyArchive,
} from '@parley/archive';
import {
  type KafkaQueueOptions,
  type KafkaResultsOptions,
  type KafkaSegmentsOptions,
  kafkaQueue,
  kafkaResults,
  kafkaSegments,
} from '@parley/archive/kafka';
import { type NatsQueueOptions, natsQueue } from '@parley/archive/nats';
import { contextSource } from '@parley/core';
import { createPool, policyOf } from '@parley/engine';
import { sampleContext } from '../engine/support/sample.ts';
import { type Door, door } from './door.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'parley-doors-archive-'));
const log = path.join(folder, 'log.ndjson');
writeFileSync(log, `${JSON.stringify({ id: 'a', message: '<a/>' })}\n`);
const options: ArchiveOptions = {
  source: fileSegments([log]),
  store: folderObjects(path.join(folder, 'out')),
  contexts: contextSource([sampleContext()]),
  judging: {
    profile: 'strict',
    changes: { clockSkewMs: 1 },
    at: 'message',
    allowReplays: false,
    unpack: { unpackRatioMax: 10 },
  },
  shards: 1,
  workers: 0,
  verifier: (contexts) => createPool({ workers: 0, policy: policyOf(), contexts }),
  sink: undefined,
  queue: undefined,
  outageMaxMs: 0,
  signal: new AbortController().signal,
  onEvent: () => undefined,
};
const connection = { isClosed: () => false, publish: () => undefined } as unknown as NatsQueueOptions['connection'];
const kafka = {
  consumer: () => undefined,
  producer: () => undefined,
  admin: () => undefined,
} as unknown as KafkaSegmentsOptions['kafka'];
const summary: ArchiveSummary = {
  segments: 1,
  shards: 1,
  sizeBytes: 1,
  tally: {
    messages: 1,
    valid: 1,
    octets: 1,
    refused: {},
    first: {},
    hours: {},
    contexts: 1,
    topContexts: [],
  },
  unread: [],
};

export const ARCHIVE_DOORS: Readonly<Record<string, Door>> = {
  'archive.fileSegments': door((paths: readonly string[]) => fileSegments(paths).segments(), [[log]], {
    kept: ['0.0'],
  }),
  'archive.folderObjects': door((name: string) => folderObjects(name), [folder], { kept: ['0'] }),
  'archive.objectSegments': door(
    (...given: Parameters<typeof objectSegments>) => objectSegments(...given).segments(),
    [folderObjects(folder), 'logs/'],
    { open: ['0'], whole: ['0'], kept: ['1'] },
  ),
  'archive.s3Objects': door(
    (given: S3Options) => s3Objects(given),
    [
      {
        endpoint: 'http://127.0.0.1:1',
        bucket: 'archive',
        prefix: 'p/',
        region: 'eu-central-1',
        accessKeyId: 'id',
        secretAccessKey: 'secret',
        sessionToken: 'token',
        timeoutMs: 1,
        triesMax: 1,
      },
    ],
    { kept: ['0.prefix'] },
  ),
  'archive.natsQueue': door((given: NatsQueueOptions) => natsQueue(given), [{ connection, silenceMaxMs: 1000 }], {
    open: ['0.connection'],
    whole: ['0.connection'],
  }),
  'archive.kafkaSegments': door(
    (given: KafkaSegmentsOptions) => kafkaSegments(given),
    [{ kafka, topics: ['log'], segmentRecords: 10, silenceMaxMs: 1000 }],
    { open: ['0.kafka'], whole: ['0.kafka'] },
  ),
  'archive.kafkaResults': door(
    (given: KafkaResultsOptions) => kafkaResults(given),
    [{ kafka, topic: 'results', transactionTimeoutMs: 1000 }],
    { open: ['0.kafka'], whole: ['0.kafka'] },
  ),
  'archive.kafkaQueue': door(
    (given: KafkaQueueOptions) => kafkaQueue(given),
    [{ kafka, partitions: 4, silenceMaxMs: 1000 }],
    { open: ['0.kafka'], whole: ['0.kafka'] },
  ),
  'archive.verifyArchive': door((given: ArchiveOptions) => verifyArchive(given), [options], {
    open: ['0.source', '0.store', '0.contexts'],
    whole: ['0.source', '0.store', '0.contexts', '0.judging.changes', '0.judging.unpack'],
    // Each mistake in what may be anything would be another job for the same store.
    fixed: ['0.shards', '0.judging.allowReplays', '0.judging.at'],
  }),
  'archive.archiveReport': door(
    (given: ArchiveSummary, run: RunFigures) => archiveReport(given, run),
    [summary, { endedAtMs: 0, elapsedMs: 1, messages: 1 }],
    { whole: ['0'] },
  ),
};

export const ARCHIVE_REASONS: Readonly<Record<string, string>> = {};
