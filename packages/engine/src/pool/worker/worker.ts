/** The entry of a worker thread. Pure compute: its only ambient input is randomness for `seal`. */
import { randomFillSync } from 'node:crypto';
import { threadId, workerData } from 'node:worker_threads';
import type { BatchAnswer, BatchTask } from '../transfer/task.ts';
import type { RunnerData } from './batch-runner.ts';
import { BatchRunner } from './batch-runner.ts';

const runner = new BatchRunner(workerData as RunnerData, threadId, (out) => {
  randomFillSync(out);
});

/** Carries out a batch; without one, drops evicted contexts. */
export function runTask(task: BatchTask | undefined): BatchAnswer | undefined {
  if (task !== undefined) return runner.run(task);
  runner.sweep();
  return undefined;
}
