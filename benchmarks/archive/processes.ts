/** Processes that verify an archive together. */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { WorkerResult, WorkerSettings } from './settings.ts';

const WORKER = fileURLToPath(new URL('./worker.js', import.meta.url));

export interface ProcessRun {
  readonly elapsedMs: number;
  /** Of the processes that lived to the end. */
  readonly results: readonly WorkerResult[];
  readonly kills: number;
}

/** Something that happens every so often, while they work. */
export interface Disturbance {
  readonly everyMs: number;
  /** Told how often it has happened before. */
  readonly happen: (times: number, kill: () => void) => Promise<void>;
}

interface Running {
  readonly child: ChildProcess;
  readonly said: Promise<string>;
}

/** Runs `count` processes to the end; who is killed comes back. */
export async function runProcesses(
  count: number,
  settings: WorkerSettings,
  disturbance?: Disturbance,
): Promise<ProcessRun> {
  const began = performance.now();
  const running = Array.from({ length: count }, () => started(settings));
  let kills = 0;
  const kill = (): void => {
    const turn = kills % count;
    const { child } = running[turn] as Running;
    if (child.exitCode !== null || !child.kill('SIGKILL')) return;
    kills += 1;
    running[turn] = started(settings);
  };
  let times = 0;
  let isBusy = false;
  const timer =
    disturbance &&
    setInterval(() => {
      if (isBusy) return;
      isBusy = true;
      void disturbance.happen(times++, kill).finally(() => {
        isBusy = false;
      });
    }, disturbance.everyMs);
  const results: WorkerResult[] = [];
  // One that is killed while another is waited for has a new one in its place.
  for (let turn = 0; turn < count; turn++) {
    for (let ended: Running | undefined; ended !== running[turn]; ) {
      ended = running[turn] as Running;
      const said = await ended.said;
      if (ended === running[turn]) results.push(JSON.parse(said) as WorkerResult);
    }
  }
  clearInterval(timer);
  return { elapsedMs: performance.now() - began, results, kills };
}

function started(settings: WorkerSettings): Running {
  const child = spawn(process.execPath, [WORKER, JSON.stringify(settings)], { stdio: ['ignore', 'pipe', 'inherit'] });
  return { child, said: saidBy(child) };
}

async function saidBy(child: ChildProcess): Promise<string> {
  let said = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  await once(child, 'close');
  return said;
}
