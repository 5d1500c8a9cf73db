/** The entry of a worker thread that also reads logs. */
import type { BatchAnswer, WorkerTask } from '@parley/engine/internal';
import { threadRunner } from '@parley/engine/internal';
import { SectionRunner } from './section-runner.ts';

const runner = new SectionRunner(threadRunner());

/** Carries out a batch or a section; without one, drops evicted contexts. */
export function runTask(task: WorkerTask | undefined): BatchAnswer | Promise<BatchAnswer> | undefined {
  if (task !== undefined) return runner.run(task);
  runner.sweep();
  return undefined;
}
