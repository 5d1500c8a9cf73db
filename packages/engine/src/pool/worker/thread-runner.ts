import { randomFillSync } from 'node:crypto';
import { threadId, workerData } from 'node:worker_threads';
import { randomReserve } from '@parley/core/internal';
import { BatchRunner } from './batch-runner.ts';
import type { RunnerData } from './message-runner.ts';

/** The runner of this worker thread. */
export function threadRunner(): BatchRunner {
  return new BatchRunner(
    workerData as RunnerData,
    threadId,
    randomReserve((out) => void randomFillSync(out)),
  );
}
