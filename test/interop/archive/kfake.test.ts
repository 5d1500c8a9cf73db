// An archive in topics, shared out by their own cluster: of kfake here, of Kafka itself in kafka.test.ts of the buses.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { keysText } from '@parley/log';
import { afterAll, beforeAll, test } from 'vitest';
import { missingKfake, startKfake } from '../bus/kfake-server.mjs';
import { sharedOnTopics } from './topic-workers.ts';
import { fillTopic } from './topics.ts';

const missing = missingKfake();
const folder = mkdtempSync(path.join(tmpdir(), 'parley-archive-kfake-'));
let broker: Awaited<ReturnType<typeof startKfake>>;

beforeAll(async () => {
  if (missing === undefined) broker = await startKfake();
}, 120_000);
afterAll(async () => {
  if (missing === undefined) await broker.remove();
  rmSync(folder, { recursive: true, force: true });
});

test('T102: a topic shared out by its cluster, workers killed in turn: the octets of one process, each result once', {
  timeout: 300_000,
}, async (context) => {
  if (missing !== undefined) return context.skip(missing);
  const filled = await fillTopic(broker.port, ['log', 'shared']);
  const keys = path.join(folder, 'keys.json');
  writeFileSync(keys, keysText(filled.contexts));
  await sharedOnTopics({ port: broker.port, folder, keys, results: 'shared', filled });
});
