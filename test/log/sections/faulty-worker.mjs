// A worker with faults that reads logs: it runs the real one, unless a message of the section begins with one of the words.
import { readSync } from 'node:fs';
import { threadId } from 'node:worker_threads';
import { SectionRunner } from '../../../packages/log/dist/sections/section-runner.js';
import { FAULTS, runTask as runBatch, runner } from '../../engine/pool/faulty-worker.mjs';

const sections = new SectionRunner(runner);

export function runTask(task) {
  if (task?.kind !== 'section') return runBatch(task);
  const { fd, start, end } = task.source;
  const octets = Buffer.alloc(end - start);
  readSync(fd, octets, 0, octets.length, start);
  for (const [word, fault] of Object.entries(FAULTS)) {
    if (!octets.includes(`"${word} `)) continue;
    const control = new Int32Array(task.output, 0, 2);
    Atomics.store(control, 0, threadId);
    Atomics.store(control, 1, 1);
    fault();
  }
  return sections.run(task);
}
