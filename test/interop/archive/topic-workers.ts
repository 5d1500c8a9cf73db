/** Processes that verify a topic together, handed their pieces by its own cluster. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { folderObjects, verifyArchive } from '@parley/archive';
import { kafkaSegments } from '@parley/archive/kafka';
import { contextSource } from '@parley/core';
import { expect } from 'vitest';
import { objectsOf } from '../../archive/archive-fixture.ts';
import { expectTopic, type Filled } from './topics.ts';

const WORKER = fileURLToPath(new URL('topic-worker.mjs', import.meta.url));
const WORKERS = 3;
/** Ranges of 20 offsets, and shards. */
const UNITS_MIN = 20;

export interface SharedTopic {
  readonly port: number;
  readonly folder: string;
  /** File of the keys. */
  readonly keys: string;
  /** Topic of the results. */
  readonly results: string;
  readonly filled: Filled;
  /** Happens to the broker once, in the middle. */
  readonly outage?: (() => Promise<void>) | undefined;
}

/** Workers are killed in turn; the octets are those of one process, and each result is in its topic once. */
export async function sharedOnTopics({ port, folder, keys, results, filled, outage }: SharedTopic): Promise<void> {
  const { kafka, contexts } = filled;
  const alone = folderObjects(path.join(folder, `${results}-alone`));
  await verifyArchive({
    source: kafkaSegments({ kafka, topics: ['log'], segmentRecords: 20 }),
    store: alone,
    contexts: contextSource(contexts),
    judging: { profile: 'strict', at: 'message', allowReplays: false },
    shards: 8,
    workers: 0,
  });
  const out = path.join(folder, results);
  const begun = (): ChildProcess =>
    spawn(process.execPath, [WORKER, String(port), keys, out, results], { stdio: ['ignore', 'ignore', 'inherit'] });
  const workers = Array.from({ length: WORKERS }, begun);
  let kills = 0;
  for (const wanted of [2, 8, UNITS_MIN - 3]) {
    while (doneIn(out) < wanted && workers.some(({ exitCode }) => exitCode === null)) await pause(20);
    const turn = kills % WORKERS;
    const victim = workers[turn] as ChildProcess;
    if (victim.exitCode === null && victim.kill('SIGKILL')) kills += 1;
    if (kills === 2) await outage?.();
    workers[turn] = begun();
  }
  expect(await Promise.all(workers.map(endOf))).toEqual(Array(WORKERS).fill(0));
  expect(kills).toBeGreaterThan(1);
  expect(await objectsOf(folderObjects(out))).toEqual(await objectsOf(alone));
  await expectTopic(kafka, results, alone);
  const admin = kafka.admin();
  await admin.connect();
  const topics = await admin.listTopics();
  await admin.disconnect();
  expect(topics.filter((topic) => topic.startsWith('parley-archive-'))).toEqual([]);
}

async function endOf(worker: ChildProcess): Promise<number | null> {
  if (worker.exitCode === null) await once(worker, 'exit');
  return worker.exitCode;
}

function doneIn(out: string): number {
  const done = path.join(out, 'done');
  return existsSync(done) ? readdirSync(done).filter((name) => name.endsWith('.json')).length : 0;
}
