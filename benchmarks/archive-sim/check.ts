/** The simulation against processes of this machine: what it takes its costs from is a quarter of what it predicts. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { folderObjects } from '@parley/archive';
import { keysText } from '@parley/log';
import type { ProcessRun } from '../archive/processes.ts';
import { runProcesses } from '../archive/processes.ts';
import { nats } from '../archive/servers.ts';
import type { WorkerSettings } from '../archive/settings.ts';
import { writeArchive } from '../archive/written-archive.ts';
import { chanceOf } from './chance.ts';
import type { SimulatedArchive, SimulatedCosts, SimulatedRun } from './simulate.ts';
import { simulate } from './simulate.ts';

export interface Checked {
  readonly workers: number;
  readonly predicted: SimulatedRun & { readonly cpuMs: number };
  readonly real: {
    readonly elapsedMs: number;
    readonly units: number;
    readonly messages: number;
    readonly cpuMs: number;
  };
}

export interface CheckSettings {
  readonly messages: number;
  readonly segments: number;
  readonly shards: number;
}

const LOCAL_WORKERS = [1, 2, 4];
const POLL_MS = 1000;
const SILENCE_MAX_MS = 30_000;
const FIRST_PASS_SHARE = 0.8;

/** Predicts and runs an archive with 1, 2 and 4 processes over NATS, in folders. */
export async function check({ messages, segments, shards }: CheckSettings): Promise<readonly Checked[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'parley-archive-sim-'));
  const queue = await nats();
  try {
    const made = async (name: string, count: number, pieces: number): Promise<WorkerSettings> => {
      const source = { folder: path.join(folder, name) };
      const shape = {
        messages: count,
        segments: pieces,
        contexts: 200,
        words: 400,
        compressed: false,
        replays: 0,
        forged: 0,
      };
      const { contexts } = await writeArchive(folderObjects(source.folder), shape, Date.now(), () => undefined);
      const keys = path.join(folder, `${name}.keys.json`);
      writeFileSync(keys, keysText(contexts));
      return { source, out: { folder: '' }, keys, shards, silenceMaxMs: SILENCE_MAX_MS, natsPort: queue.port };
    };
    const run = async (settings: WorkerSettings, name: string, workers: number): Promise<[ProcessRun, string]> => {
      const out = path.join(folder, name);
      return [await runProcesses(workers, { ...settings, out: { folder: out } }), out];
    };
    const small = await made('small', Math.ceil(messages / 4), segments);
    const [none] = await run(await made('none', segments, segments), 'none-out', 1);
    const [some] = await run(small, 'small-out', 1);
    const costs = costsOf(none, some, segments + shards);
    const whole = await made('whole', messages, segments);
    const checked: Checked[] = [];
    for (const workers of LOCAL_WORKERS) {
      const [real, out] = await run(whole, `whole-out-${workers}`, workers);
      const archive = { segments: even(messages, segments), shards: shardsOf(out) };
      checked.push({ workers, predicted: predicted(archive, costs, workers), real: summed(real) });
    }
    return checked;
  } finally {
    await queue.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Of two runs of as many pieces, of which one has next to no messages. Which pass a message costs how much in, they do not tell: about four
 * fifths of it in the first, judged by one profile.
 */
function costsOf(none: ProcessRun, some: ProcessRun, units: number): SimulatedCosts & { readonly baseCpuMs: number } {
  const cpuOf = ({ results }: ProcessRun): number => results[0]?.cpuMs ?? 0;
  const answeredOf = ({ results }: ProcessRun): number => results[0]?.answered ?? 0;
  const messageUs = ((cpuOf(some) - cpuOf(none)) * 1000) / (answeredOf(some) - answeredOf(none));
  const waitMs = Math.max(0, none.elapsedMs - 2 * POLL_MS);
  return {
    indexUs: messageUs * FIRST_PASS_SHARE,
    verifyUs: messageUs * (1 - FIRST_PASS_SHARE),
    unitMs: waitMs / 2 / units,
    startMs: waitMs / 2,
    pollMs: 2 * POLL_MS,
    baseCpuMs: cpuOf(none),
  };
}

function predicted(
  archive: SimulatedArchive,
  costs: SimulatedCosts & { readonly baseCpuMs: number },
  workers: number,
): Checked['predicted'] {
  const coreShare = Math.min(1, availableParallelism() / workers);
  const fleet = {
    workers,
    coreShare,
    stragglers: { share: 0, times: 1 },
    crashEveryMs: Number.POSITIVE_INFINITY,
    silenceMs: SILENCE_MAX_MS,
  };
  const run = simulate(archive, costs, fleet, chanceOf(1));
  const cpuMs = costs.baseCpuMs * workers + (run.messages / 2) * ((costs.indexUs + costs.verifyUs) / 1000);
  // At the end, whoever has nothing left looks once more.
  return { ...run, elapsedMs: run.elapsedMs + costs.pollMs / 2, cpuMs };
}

function summed({ elapsedMs, results }: ProcessRun): Checked['real'] {
  const sum = (of: 'units' | 'answered' | 'cpuMs'): number => results.reduce((all, result) => all + result[of], 0);
  // Each message is worked on in both passes.
  return { elapsedMs, units: sum('units'), messages: 2 * sum('answered'), cpuMs: sum('cpuMs') };
}

function even(messages: number, pieces: number): number[] {
  const until = (piece: number): number => Math.floor((piece * messages) / pieces);
  return Array.from({ length: pieces }, (_, piece) => until(piece + 1) - until(piece));
}

/** Messages of each shard, as they came. */
function shardsOf(out: string): number[] {
  const done = path.join(out, 'done');
  return readdirSync(done)
    .filter((name) => name.startsWith('shard-'))
    .map(
      (name) =>
        (JSON.parse(readFileSync(path.join(done, name), 'utf8')) as { tally: { messages: number } }).tally.messages,
    );
}
