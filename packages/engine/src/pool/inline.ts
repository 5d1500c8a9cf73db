import type { BatchAnswer, Executor, WorkerTask } from './transfer/task.ts';
import type { Runner } from './worker/batch-runner.ts';

// The calling thread, in control words.
export const THIS_THREAD = 1;

/** The same work on the calling thread, one task per turn of the event loop. */
export class InlineExecutor implements Executor {
  readonly capacity = 1;
  readonly workers = 0;
  readonly workersLost = 0;
  readonly #runner: Runner;

  constructor(runner: Runner) {
    this.#runner = runner;
  }

  async run(task: WorkerTask): Promise<BatchAnswer> {
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
