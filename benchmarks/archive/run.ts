/**
 * `node benchmarks/dist/archive/run.js`: an archive in a bucket of SeaweedFS, verified by one process, by two over NATS, and by several of which one is killed
 * every so often while NATS is restarted once; the results have to be the same. Needs the servers of `test/interop`.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { ObjectStore } from '@parley/archive';
import { s3Objects } from '@parley/archive';
import { keysText } from '@parley/log';
import { describeMachine } from '../machine.ts';
import { wholeNumber } from '../number-option.ts';
import type { ProcessRun } from './processes.ts';
import { runProcesses } from './processes.ts';
import { buckets, nats } from './servers.ts';
import type { WorkerSettings } from './settings.ts';
import { writeArchive } from './written-archive.ts';

const { values } = parseArgs({
  options: {
    messages: { type: 'string' },
    segments: { type: 'string' },
    shards: { type: 'string' },
    processes: { type: 'string' },
    'kill-every-seconds': { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const number = (name: Exclude<keyof typeof values, 'json'>, fallback: number): number =>
  wholeNumber(`--${name}`, values[name], fallback);
const shape = {
  messages: number('messages', 200_000),
  segments: number('segments', 64),
  contexts: 500,
  replays: 20,
  forged: 20,
};
const shards = number('shards', 64);
const processes = number('processes', 4);
const killEveryMs = 1000 * number('kill-every-seconds', 10);
/** Those of the killed are handed out again after that. */
const SILENCE_MAX_MS = 5000;

const machine = describeMachine();
const folder = mkdtempSync(path.join(tmpdir(), 'parley-bench-archive-'));
const bucket = await buckets('archive');
const queue = await nats();
try {
  const placed = (prefix: string) => ({ ...bucket.place, prefix });
  const told = (text: string): void => void process.stderr.write(`${text}\n`);
  const archive = await writeArchive(s3Objects(placed('log/')), shape, Date.now());
  told(`${shape.messages} messages, ${mib(archive.octets)} MiB, in ${shape.segments} segments`);
  const keys = path.join(folder, 'keys.json');
  writeFileSync(keys, keysText(archive.contexts));
  const settings = (out: string): WorkerSettings => ({
    source: placed('log/'),
    out: placed(`${out}/`),
    keys,
    shards,
    silenceMaxMs: SILENCE_MAX_MS,
  });
  const shared = (out: string): WorkerSettings => ({ ...settings(out), natsPort: queue.port });
  const runs: Record<string, ProcessRun> = {};
  for (const [name, count] of [
    ['alone', undefined],
    ['one', 1],
    ['two', 2],
  ] as const) {
    runs[name] = await runProcesses(count ?? 1, count === undefined ? settings(name) : shared(name));
    told(`${name}: ${seconds(runs[name])} s`);
  }
  let restarts = 0;
  runs['killed'] = await runProcesses(processes, shared('killed'), {
    everyMs: killEveryMs,
    happen: async (times, kill) => {
      kill();
      if (times !== 1) return;
      await queue.kill();
      await queue.restart();
      restarts += 1;
    },
  });
  told(`killed: ${seconds(runs['killed'])} s, ${runs['killed'].kills} kills, NATS restarted ${restarts} times`);
  const expected = await madeIn(s3Objects(placed('alone/')));
  const differing: string[] = [];
  for (const name of ['one', 'two', 'killed']) {
    const made = await madeIn(s3Objects(placed(`${name}/`)));
    if (made.size !== expected.size || [...expected].some(([of, octets]) => made.get(of) !== octets))
      differing.push(name);
  }
  const moved = await sizesIn(s3Objects(placed('alone/')));
  const [alone] = (runs['alone'] as ProcessRun).results;
  const ratio = (runs['one'] as ProcessRun).elapsedMs / (runs['two'] as ProcessRun).elapsedMs;
  const isAsPut =
    alone?.refused['peer.replay'] === shape.replays &&
    Object.values(alone.refused).reduce((sum, count) => sum + count, 0) === shape.replays + shape.forged;
  const outcome = { machine, shape, shards, octets: archive.octets, moved, runs, restarts, differing, isAsPut, ratio };
  if (values.json) console.log(JSON.stringify(outcome));
  else print(outcome);
  if (differing.length > 0 || !isAsPut) process.exitCode = 1;
} finally {
  await queue.remove();
  await bucket.remove();
  rmSync(folder, { recursive: true, force: true });
}

function print({
  runs,
  differing,
  isAsPut,
  ratio,
}: {
  readonly runs: Readonly<Record<string, ProcessRun>>;
  readonly differing: readonly string[];
  readonly isAsPut: boolean;
  readonly ratio: number;
}): void {
  console.log(`${machine.cpu}, ${machine.cores} cores, load ${machine.load} before; Node ${machine.node}`);
  console.log('run         processes   seconds   messages/s   CPU us a message   MiB at most   kills');
  for (const [name, run] of Object.entries(runs)) {
    const { results, kills, elapsedMs } = run;
    const cpuMs = results.reduce((sum, result) => sum + result.cpuMs, 0);
    const answered = results.reduce((sum, result) => sum + result.answered, 0);
    const columns = [
      results.length,
      elapsedMs / 1000,
      (shape.messages / elapsedMs) * 1000,
      (cpuMs * 1000) / answered,
      Math.max(...results.map(({ maxRssMiB }) => maxRssMiB)),
      kills,
    ];
    console.log(name.padEnd(10) + columns.map((value) => Math.round(value).toString().padStart(11)).join(''));
  }
  console.log(`two processes to one: ${ratio.toFixed(2)} (aim 1.7)`);
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

/** Name and octets of what was made, but for the copied lines, which are the archive again. */
async function madeIn(store: ObjectStore): Promise<Map<string, string>> {
  const made = new Map<string, string>();
  for await (const { name } of store.list('')) {
    if (name.startsWith('lines/')) continue;
    made.set(name, Buffer.from((await store.get(name)) ?? []).toString('base64'));
  }
  return made;
}

function mib(octets: number): number {
  return Math.round(octets / 2 ** 20);
}

function seconds({ elapsedMs }: ProcessRun): string {
  return (elapsedMs / 1000).toFixed(1);
}
