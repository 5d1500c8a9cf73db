// An archive shared out by NATS to processes that are killed, by a server that is killed, too.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { fileSegments, folderObjects, verifyArchive } from '@parley/archive';
import { contextSource } from '@parley/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { objectsOf, writeArchive } from '../../archive/archive-fixture.ts';
import { parley } from '../../cli/run-parley.ts';
import { missingNats, startNats } from '../bus/nats-server.mjs';

const missing = missingNats();
const WORKER = fileURLToPath(new URL('../../archive/archive-worker.mjs', import.meta.url));
const WORKERS = 3;
const folder = mkdtempSync(path.join(tmpdir(), 'parley-archive-nats-'));
let server: Awaited<ReturnType<typeof startNats>>;

beforeAll(async () => {
  if (missing === undefined) server = await startNats();
}, 120_000);
afterAll(async () => {
  if (missing === undefined) await server.remove();
  rmSync(folder, { recursive: true, force: true });
});

const shape = { segments: 12, messagesEach: 120, contexts: 17, replays: 8, forged: 8 };

function doneIn(out: string): number {
  const done = path.join(out, 'done');
  return existsSync(done) ? readdirSync(done).filter((name) => name.endsWith('.json')).length : 0;
}

test('T102: workers killed in turn and the server once, and the octets of one process', {
  timeout: 300_000,
}, async (context) => {
  if (missing !== undefined) return context.skip(missing);
  const archive = writeArchive(path.join(folder, 'archive'), shape);
  const alone = folderObjects(path.join(folder, 'alone'));
  await verifyArchive({
    source: fileSegments([archive.folder]),
    store: alone,
    contexts: contextSource(archive.contexts),
    judging: { profile: 'strict', at: 'message', allowReplays: false },
    shards: 12,
    workers: 0,
  });
  const out = path.join(folder, 'shared');
  const begun = (): ChildProcess =>
    spawn(process.execPath, [WORKER, archive.folder, archive.keys, out, '12', String(server.port)], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  const workers = Array.from({ length: WORKERS }, begun);
  let kills = 0;
  // By what is done, not by the clock: a busy machine does nothing in the time that an idle one takes for all of it.
  for (let wanted = 3; wanted < 24; wanted += 5) {
    while (doneIn(out) < wanted) await pause(20);
    const turn = kills % WORKERS;
    const victim = workers[turn] as ChildProcess;
    if (victim.exitCode === null && victim.kill('SIGKILL')) kills += 1;
    workers[turn] = begun();
    if (kills !== 2) continue;
    await server.kill();
    await server.restart();
  }
  await Promise.all(workers.map(async (worker) => worker.exitCode ?? (await once(worker, 'exit'))));
  expect(workers.map(({ exitCode }) => exitCode)).toEqual(Array(WORKERS).fill(0));
  expect(kills).toBeGreaterThan(2);
  expect(await objectsOf(folderObjects(out))).toEqual(await objectsOf(alone));
});

test('the command shares its work with those that are given the same', { timeout: 120_000 }, async (context) => {
  if (missing !== undefined) return context.skip(missing);
  const archive = writeArchive(path.join(folder, 'commanded'), { ...shape, segments: 5, messagesEach: 40 });
  const words = [
    'archive',
    'verify',
    archive.folder,
    '--keys',
    archive.keys,
    '--out',
    path.join(folder, 'commanded-out'),
  ];
  const run = () => parley([...words, '--workers', '0', '--json', '--nats', `nats://127.0.0.1:${server.port}`]);
  const runs = await Promise.all([run(), run()]);
  expect(runs.map(({ status, stderr }) => ({ status, stderr }))).toEqual(Array(2).fill({ status: 1, stderr: '' }));
  const summaries = runs.map(
    ({ stdout }) => JSON.parse(stdout) as { readonly answered: number; readonly tally: object },
  );
  for (const { tally } of summaries) expect(tally).toMatchObject({ messages: 216, valid: 200 });
  // Between them they have verified each message once, but for pieces that both had begun.
  expect(summaries.reduce((sum, { answered }) => sum + answered, 0)).toBeGreaterThanOrEqual(216);
});
