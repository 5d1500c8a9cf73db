// A worker with faults: it runs the real one, unless a message of the batch begins with one of these words.
import { randomFillSync } from 'node:crypto';
import { threadId, workerData } from 'node:worker_threads';
import { JobReader } from '../../../packages/engine/dist/pool/transfer/job-words.js';
import { BatchRunner } from '../../../packages/engine/dist/pool/worker/batch-runner.js';

export const runner = new BatchRunner(workerData, threadId, (out) => randomFillSync(out));

export const FAULTS = {
  '!exit': () => process.exit(3),
  '!hang': () => {
    for (;;);
  },
  '!heap': () => {
    let kept;
    for (;;) kept = { kept }; // small objects only: with arrays Node may end the whole process instead
  },
  '!late': () => {
    queueMicrotask(() => {
      throw new Error('thrown outside the task');
    });
  },
  '!reject': () => {
    void Promise.reject(new Error('nobody handles this'));
  },
  '!throw': () => {
    throw new Error('thrown in the task');
  },
};

export function runTask(task) {
  if (task === undefined) return runner.sweep();
  const control = new Int32Array(task.output, 0, 2);
  const jobs = new JobReader(task.output, task.count, task.texts);
  for (let index = 0; index < task.count; index++) {
    const { start, length } = jobs.at(index);
    const octets = new Uint8Array(task.input, start, Math.min(16, length)).slice();
    const word = Buffer.from(octets).toString('latin1').split(' ')[0];
    const fault = FAULTS[word];
    if (fault === undefined) continue;
    Atomics.store(control, 0, threadId);
    Atomics.store(control, 1, 1);
    fault();
  }
  return runner.run(task);
}
