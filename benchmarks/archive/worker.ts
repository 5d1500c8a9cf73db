/**
 * One process of those that verify an archive: `worker.js SETTINGS`, as JSON. Says `{"units":…}` on a line for each piece that it has done, and at
 * last what it took.
 */
import { readFileSync } from 'node:fs';
import { connect } from '@nats-io/transport-node';
import { objectSegments, verifyArchive } from '@parley/archive';
import { natsQueue } from '@parley/archive/nats';
import { contextSource } from '@parley/core';
import { parseKeys } from '@parley/log';
import type { WorkerResult, WorkerSettings } from './settings.ts';
import { storeAt } from './settings.ts';

const settings = JSON.parse(process.argv[2] ?? '') as WorkerSettings;
const began = performance.now();
const connection =
  settings.natsPort === undefined
    ? undefined
    : await connect({
        servers: `127.0.0.1:${settings.natsPort}`,
        maxReconnectAttempts: -1,
        reconnectTimeWait: 100,
        waitOnFirstConnect: true,
      });
let [units, answered] = [0, 0];
const summary = await verifyArchive({
  source: objectSegments(storeAt(settings.source)),
  store: storeAt(settings.out),
  contexts: contextSource(parseKeys(readFileSync(settings.keys))),
  judging: { profile: 'cxf', at: 'message', allowReplays: false },
  shards: settings.shards,
  workers: 0,
  ...(connection && { queue: natsQueue({ connection, silenceMaxMs: settings.silenceMaxMs }) }),
  onEvent: (event) => {
    if (event.kind === 'answered') answered += event.valid + event.refused;
    if (event.kind === 'done') units += 1;
  },
});
await connection?.close();
const { user, system } = process.cpuUsage();
const result: WorkerResult = {
  units,
  answered,
  elapsedMs: performance.now() - began,
  cpuMs: (user + system) / 1000,
  maxRssMiB: process.resourceUsage().maxRSS / 1024,
  messages: summary?.tally.messages ?? 0,
  refused: summary?.tally.refused ?? {},
};
console.log(JSON.stringify(result));
