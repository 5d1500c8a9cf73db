/** The entry of a worker thread. Pure compute: its only ambient input is randomness for `seal`. */
import type { BatchAnswer, WorkerTask } from '../transfer/task.ts';
import { threadRunner } from './thread-runner.ts';

const runner = threadRunner();

/** Carries out a batch; without one, drops evicted contexts. */
export function runTask(task: WorkerTask | undefined): BatchAnswer | undefined {
  if (task !== undefined) return runner.run(task);
  runner.sweep();
  return undefined;
}
