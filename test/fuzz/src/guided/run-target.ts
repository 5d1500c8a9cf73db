/** A target in a worker, watched. */
import { Worker } from 'node:worker_threads';
import type { Finding } from '../finding.ts';
import type { TargetOptions, TargetReport } from './fuzz-target.ts';
import { InHand } from './in-hand.ts';
import type { WorkerData } from './worker.ts';

/** No input takes a thousandth of that. */
const HANG_MS = 20_000;
const LOOK_EVERY_MS = 1000;
const HEAP_MIB_MAX = 1024;

type Message = { readonly finding: Finding } | { readonly report: TargetReport };

/** Runs `target` as `options` say. @returns its report; `undefined` when it hung or died, which is a finding too */
export function runTarget(
  target: string,
  options: TargetOptions,
  onFinding: (finding: Finding) => void,
): Promise<TargetReport | undefined> {
  const inHand = new InHand();
  const workerData: WorkerData = { ...options, target, memory: inHand.memory };
  const worker = new Worker(new URL('worker.js', import.meta.url), {
    workerData,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB_MAX },
  });
  const command = `pnpm fuzz --target ${target} --seed ${options.seed}`;
  const found = (kind: string, what: string): void => {
    onFinding({ target, kind, what, input: Buffer.from(inHand.input).toString('base64'), command });
  };
  return new Promise((resolve) => {
    let report: TargetReport | undefined;
    let seen = -1;
    let seenAtMs = performance.now();
    const watchdog = setInterval(() => {
      if (inHand.counter !== seen) {
        seen = inHand.counter;
        seenAtMs = performance.now();
      } else if (performance.now() - seenAtMs > HANG_MS) {
        found('hang', `no end after ${HANG_MS} ms`);
        void worker.terminate();
      }
    }, LOOK_EVERY_MS);
    worker.on('message', (message: Message) => {
      if ('finding' in message) onFinding(message.finding);
      else report = message.report;
    });
    worker.on('error', (error) => found('died', String(error)));
    worker.on('exit', () => {
      clearInterval(watchdog);
      resolve(report);
    });
  });
}
