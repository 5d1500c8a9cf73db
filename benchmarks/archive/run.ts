/**
 * `node benchmarks/dist/archive/run.js`: an archive in a bucket of SeaweedFS, verified by one process, by two over NATS, and by several of which one is killed
 * every so often while NATS is restarted once; the results have to be the same. Needs the servers of `test/interop`. With PARLEY_ARCHIVE=all in the environment,
 * two million messages; `--runs alone --runs killed` does only these. With `--folders`, they are folders of this machine and no bucket: what is left is Parley's own.
 */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { ObjectStore } from '@parley/archive';
import { keysText } from '@parley/log';
import { describeMachine } from '../machine.ts';
import { wholeNumber } from '../number-option.ts';
import type { ProcessRun } from './processes.ts';
import { runProcesses } from './processes.ts';
import { buckets, folders, nats } from './servers.ts';
import type { Place, WorkerSettings } from './settings.ts';
import { storeAt } from './settings.ts';
import type { ArchiveShape } from './written-archive.ts';
import { writeArchive } from './written-archive.ts';

const { values } = parseArgs({
  options: {
    messages: { type: 'string' },
    segments: { type: 'string' },
    shards: { type: 'string' },
    processes: { type: 'string' },
    words: { type: 'string' },
    runs: { type: 'string', multiple: true },
    'kill-every-seconds': { type: 'string' },
    folders: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const number = (name: Exclude<keyof typeof values, 'json' | 'folders' | 'runs'>, fallback: number): number =>
  wholeNumber(`--${name}`, values[name], fallback);
/** Two million messages, so small and packed so that segments and the lines of one run take 15 GB of disk at most. */
const isWhole = process.env['PARLEY_ARCHIVE'] === 'all';
const shape: ArchiveShape = {
  messages: number('messages', isWhole ? 2_000_000 : 200_000),
  segments: number('segments', 64),
  contexts: 500,
  words: number('words', isWhole ? 100 : 400),
  compressed: isWhole,
  replays: 20,
  forged: 20,
};
const shards = number('shards', 64);
const processes = number('processes', 4);
const killEveryMs = 1000 * number('kill-every-seconds', 10);
/** Those of the killed are handed out again after that. */
const SILENCE_MAX_MS = 5000;
const PROGRESS_MS = 10_000;
const RUNS = ['alone', 'one', 'two', 'killed'] as const;
type RunName = (typeof RUNS)[number];
const wanted = RUNS.filter((name) => name === 'alone' || (values.runs ?? RUNS).includes(name));

interface Measured extends ProcessRun {
  /** Of the server of buckets. */
  readonly bucketCpuMs: number;
}

const machine = describeMachine();
const folder = mkdtempSync(path.join(tmpdir(), 'parley-bench-archive-'));
const server = values.folders ? folders(folder) : await buckets();
const queue = await nats();
const beganMs = performance.now();
let restarts = 0;
try {
  const source = await server.make('log');
  const archive = await writeArchive(storeAt(source), shape, Date.now(), (segment) => {
    if ((segment + 1) % 8 === 0) tell(`written: ${segment + 1} of ${shape.segments} segments`);
  });
  tell(`${shape.messages} messages, ${mib(archive.octets)} MiB (kept as ${mib(archive.keptOctets)} MiB)`);
  const keys = path.join(folder, 'keys.json');
  writeFileSync(keys, keysText(archive.contexts));
  const runs: Partial<Record<RunName, Measured>> = {};
  let [expected, moved]: [string | undefined, Readonly<Record<string, number>>] = [undefined, {}];
  const differing: string[] = [];
  for (const name of wanted) {
    const bucket = await server.make(name);
    runs[name] = await watched(name, bucket, { source, out: bucket, keys, shards, silenceMaxMs: SILENCE_MAX_MS });
    const made = await digestOf(storeAt(bucket));
    expected ??= made;
    if (made !== expected) differing.push(name);
    if (name === 'alone') moved = await sizesIn(storeAt(bucket));
    await server.drop(name);
  }
  const [alone] = runs.alone?.results ?? [];
  const isAsPut =
    alone?.refused['peer.replay'] === shape.replays &&
    Object.values(alone.refused).reduce((sum, count) => sum + count, 0) === shape.replays + shape.forged;
  const { one, two } = runs;
  const ratios = one && two && { elapsed: one.elapsedMs / two.elapsedMs, cpu: cpuMsOf(one) / cpuMsOf(two) };
  const { octets, keptOctets } = archive;
  const outcome = { machine, shape, shards, octets, keptOctets, moved, runs, restarts, differing, isAsPut, ratios };
  if (values.json) console.log(JSON.stringify(outcome));
  else print(outcome);
  if (differing.length > 0 || !isAsPut) process.exitCode = 1;
} finally {
  await queue.remove();
  await server.remove();
  rmSync(folder, { recursive: true, force: true });
}

/** Does a run, and says every so often how far it is. */
async function watched(name: RunName, bucket: Place, settings: WorkerSettings): Promise<Measured> {
  const before = server.cpuMs();
  const store = storeAt(bucket);
  const progress = setInterval(async () => {
    let done = 0;
    for await (const _ of store.list('done/')) done += 1;
    tell(`${name}: ${done} of ${shape.segments + shards} pieces`);
  }, PROGRESS_MS);
  try {
    const run = await runOf(name, settings);
    tell(`${name}: ${seconds(run)} s, ${run.kills} kills, NATS restarted ${restarts} times`);
    return { ...run, bucketCpuMs: server.cpuMs() - before };
  } finally {
    clearInterval(progress);
  }
}

async function runOf(name: RunName, settings: WorkerSettings): Promise<ProcessRun> {
  const shared = { ...settings, natsPort: queue.port };
  if (name === 'alone') return await runProcesses(1, settings);
  if (name !== 'killed') return await runProcesses(name === 'one' ? 1 : 2, shared);
  return await runProcesses(processes, shared, {
    everyMs: killEveryMs,
    happen: async (times, kill) => {
      kill();
      if (times !== 1) return;
      await queue.kill();
      await queue.restart();
      restarts += 1;
    },
  });
}

function cpuMsOf({ results }: ProcessRun): number {
  return results.reduce((sum, { cpuMs }) => sum + cpuMs, 0);
}

function tell(text: string): void {
  process.stderr.write(`${Math.round((performance.now() - beganMs) / 1000)} s: ${text}\n`);
}

function print({
  runs,
  differing,
  isAsPut,
  ratios,
}: {
  readonly runs: Readonly<Partial<Record<RunName, Measured>>>;
  readonly differing: readonly string[];
  readonly isAsPut: boolean;
  readonly ratios: { readonly elapsed: number; readonly cpu: number } | undefined;
}): void {
  console.log(`${machine.cpu}, ${machine.cores} cores, load ${machine.load} before; Node ${machine.node}`);
  console.log('run         processes   seconds   messages/s   CPU us a message   bucket CPU us   MiB at most   kills');
  for (const [name, run] of Object.entries(runs)) {
    const { results, kills, elapsedMs, bucketCpuMs } = run;
    const answered = results.reduce((sum, result) => sum + result.answered, 0);
    const columns = [
      results.length,
      elapsedMs / 1000,
      (shape.messages / elapsedMs) * 1000,
      (cpuMsOf(run) * 1000) / answered,
      (bucketCpuMs * 1000) / shape.messages,
      Math.max(...results.map(({ maxRssMiB }) => maxRssMiB)),
      kills,
    ];
    console.log(name.padEnd(10) + columns.map((value) => Math.round(value).toString().padStart(13)).join(''));
  }
  if (ratios !== undefined)
    console.log(
      `two processes to one: ${ratios.elapsed.toFixed(2)} by the clock (aim 1.7), ${(2 * ratios.cpu).toFixed(2)} by the CPU time that a message costs each`,
    );
  console.log(isAsPut ? 'refused: what was put in, and nothing else' : 'REFUSED: NOT WHAT WAS PUT IN');
  console.log(
    differing.length === 0 ? 'all results the same, octet for octet' : `RESULTS DIFFER: ${differing.join(', ')}`,
  );
}

/** Octets of what was made, by its folder. */
async function sizesIn(store: ObjectStore): Promise<Readonly<Record<string, number>>> {
  const sizes: Record<string, number> = {};
  for await (const { name, sizeBytes } of store.list('')) {
    const [of = ''] = name.split('/');
    sizes[of] = (sizes[of] ?? 0) + sizeBytes;
  }
  return sizes;
}

/** Of names and octets of what was made; in the order of the names. */
async function digestOf(store: ObjectStore): Promise<string> {
  const all = createHash('sha256');
  for await (const { name, sizeBytes } of store.list('')) {
    all.update(`${name} ${sizeBytes}\n`).update((await store.get(name)) ?? '');
  }
  return all.digest('hex');
}

function mib(octets: number): number {
  return Math.round(octets / 2 ** 20);
}

function seconds({ elapsedMs }: ProcessRun): string {
  return (elapsedMs / 1000).toFixed(1);
}
