/** One target on a thread of its own, so that the main thread can see it hang. */
import process from 'node:process';
import { parentPort, workerData } from 'node:worker_threads';
import { Coverage } from './coverage.ts';
import type { TargetOptions } from './fuzz-target.ts';
import type { InHand } from './in-hand.ts';

export interface WorkerData extends TargetOptions {
  readonly target: string;
  readonly memory: InHand['memory'];
}

// Refusals by the million: nobody looks at where each was thrown.
Error.stackTraceLimit = 0;

await runTarget(workerData as WorkerData);

async function runTarget(data: WorkerData): Promise<void> {
  // First of all: code that is compiled before has no blocks.
  const coverage = new Coverage();
  const { ALL_TARGETS } = await import('./all-targets.ts');
  const { TargetFuzzer } = await import('./fuzz-target.ts');
  const { InHand } = await import('./in-hand.ts');
  const target = ALL_TARGETS.find(({ name }) => name === data.target);
  if (target === undefined || parentPort === null) throw new Error('started by main.ts with the name of a target');
  const port = parentPort;
  const fuzzer = new TargetFuzzer(target, data, {
    coverage,
    inHand: new InHand(data.memory),
    onFinding: (finding) => port.postMessage({ finding }),
  });
  port.postMessage({ report: await fuzzer.run() });
  process.exit();
}
