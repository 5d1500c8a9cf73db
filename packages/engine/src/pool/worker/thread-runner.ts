import { randomFillSync } from 'node:crypto';
import { threadId, workerData } from 'node:worker_threads';
import { BatchRunner } from './batch-runner.ts';
import type { RunnerData } from './message-runner.ts';

/** The runner of this worker thread. */
export function threadRunner(): BatchRunner {
  return new BatchRunner(workerData as RunnerData, threadId, (out) => {
    randomFillSync(out);
  });
}
