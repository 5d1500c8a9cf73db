// Verifies an archive, and says each event on a line: `node archive-worker.mjs FOLDER KEYS OUT SHARDS [NATS PORT]`.
import { readFileSync, writeSync } from 'node:fs';
import process from 'node:process';
import { connect } from '@nats-io/transport-node';
import { fileSegments, folderObjects, verifyArchive } from '@parley/archive';
import { natsQueue } from '@parley/archive/nats';
import { contextSource } from '@parley/core';
import { parseKeys } from '@parley/log';

const [folder, keys, out, shards, port] = process.argv.slice(2);
const connection =
  port === undefined
    ? undefined
    : await connect({
        servers: `127.0.0.1:${port}`,
        maxReconnectAttempts: -1,
        reconnectTimeWait: 100,
        waitOnFirstConnect: true,
      });
const contexts = contextSource(parseKeys(readFileSync(keys)));
await verifyArchive({
  source: fileSegments([folder]),
  store: folderObjects(out),
  contexts,
  judging: { profile: 'strict', at: 'message', allowReplays: false },
  shards: Number(shards),
  workers: 0,
  queue: connection && natsQueue({ connection, silenceMaxMs: 2000 }),
  onEvent: (event) => writeSync(1, `${event.kind}\n`),
});
await connection?.close();
