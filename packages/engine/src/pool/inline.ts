import { randomFillSync } from 'node:crypto';
import type { BatchAnswer, BatchTask, Executor } from './transfer/task.ts';
import type { RunnerData } from './worker/batch-runner.ts';
import { BatchRunner } from './worker/batch-runner.ts';

// The calling thread, in control words.
const THIS_THREAD = 1;

/** The same work on the calling thread, one batch per turn of the event loop. */
export class InlineExecutor implements Executor {
  readonly capacity = 1;
  readonly workersLost = 0;
  readonly #runner: BatchRunner;

  constructor(data: RunnerData) {
    this.#runner = new BatchRunner(data, THIS_THREAD, (out) => {
      randomFillSync(out);
    });
  }

  async run(task: BatchTask): Promise<BatchAnswer> {
    await new Promise((resolve) => setImmediate(resolve));
    return this.#runner.run(task);
  }

  /** Nothing to end: a thread cannot watch itself. */
  kill(): void {}

  async sweep(): Promise<void> {
    this.#runner.sweep();
  }

  async close(): Promise<void> {}
}
