import { setTimeout } from 'node:timers/promises';
import { Piscina } from 'piscina';
import { tellWorkerLost } from './meter.ts';
import type { BatchAnswer, Executor, WorkerTask } from './transfer/task.ts';
import { Unserved } from './transfer/task.ts';
import type { RunnerData } from './worker/message-runner.ts';

export interface ThreadsOptions {
  readonly workers: number;
  readonly data: RunnerData;
  /** URL of a module that exports `runTask`. */
  readonly file: string;
  readonly heapMiBMax: number;
}

// One batch in work and one waiting at its port: a worker need not wait for main between two.
const TASKS_PER_WORKER = 2;

// Thread pools in a row without one answer, after which a new one is made only on demand, and not at once.
const BARREN_POOLS_MAX = 3;
const PAUSE_MS = 50;

/**
 * Threads of a piscina, kept at their number. Piscina replaces a worker that dies at work; when one dies while it
 * starts, piscina stops replacing any, for good, and tells nobody if it was terminated. Then a new piscina takes over.
 */
export class Threads implements Executor {
  readonly capacity: number;
  readonly #options: ThreadsOptions;
  #piscina: Piscina | undefined;
  // Old ones on their way out.
  readonly #dismissed = new Set<Promise<void>>();
  #workersLost = 0;
  #barrenPools = 0;
  #closing = false;

  constructor(options: ThreadsOptions) {
    this.capacity = options.workers * TASKS_PER_WORKER;
    this.#options = options;
    this.#piscina = this.#newPiscina();
  }

  get workers(): number {
    return this.#piscina?.threads.length ?? 0;
  }

  get workersLost(): number {
    return this.#workersLost;
  }

  /** Of living workers; for tests that end them. */
  get threadIds(): readonly number[] {
    return this.#piscina?.threads.map((thread) => thread.threadId) ?? [];
  }

  async run(task: WorkerTask): Promise<BatchAnswer> {
    if (this.#piscina === undefined) await setTimeout(PAUSE_MS);
    this.#piscina ??= this.#newPiscina();
    const piscina = this.#piscina;
    try {
      const answer = (await piscina.run(task)) as BatchAnswer;
      this.#barrenPools = 0;
      return answer;
    } catch (error) {
      throw piscina === this.#piscina ? error : new Unserved();
    }
  }

  kill(threadId: number): void {
    // Its `exit` tells piscina.
    void this.#piscina?.threads.find((thread) => thread.threadId === threadId)?.terminate();
  }

  async sweep(): Promise<void> {
    const piscina = this.#piscina;
    if (piscina === undefined) return;
    // Piscina gives a task to an idle worker first, so that each idle one has one. A busy worker looks before its
    // next batch anyway, and one that dies holds nothing.
    await Promise.allSettled(Array.from({ length: this.#options.workers }, () => piscina.run(undefined)));
  }

  async close(): Promise<void> {
    this.#closing = true;
    this.#dismiss();
    await Promise.all(this.#dismissed);
  }

  #newPiscina(): Piscina {
    const { workers, data, file, heapMiBMax } = this.#options;
    const piscina = new Piscina({
      filename: file,
      name: 'runTask',
      minThreads: workers,
      maxThreads: workers,
      concurrentTasksPerWorker: TASKS_PER_WORKER,
      idleTimeout: Number.POSITIVE_INFINITY,
      recordTiming: false,
      // Tasks come as events. Waiting for them in Atomics.wait saves microseconds per batch, but holds the answer of one
      // batch back until the next is done, and keeps a worker that failed outside of a task from ever ending.
      atomics: 'disabled',
      resourceLimits: { maxOldGenerationSizeMb: heapMiBMax },
      workerData: data,
      // safety: a key in main's environment is none of a worker's business; nor are main's flags.
      env: {},
      execArgv: [],
    });
    // A worker that dies idle is an `error` event, which would end the process. It is counted below like the others.
    piscina.on('error', () => undefined);
    piscina.on('workerDestroy', () => {
      if (piscina !== this.#piscina) return;
      this.#workersLost++;
      tellWorkerLost(this.#workersLost);
      // By then piscina has replaced it, or never will.
      setImmediate(() => this.#replaceIfShort(piscina));
    });
    return piscina;
  }

  #replaceIfShort(piscina: Piscina): void {
    if (this.#closing || piscina !== this.#piscina || piscina.threads.length >= this.#options.workers) return;
    this.#dismiss();
    this.#barrenPools++;
    if (this.#barrenPools <= BARREN_POOLS_MAX) this.#piscina = this.#newPiscina();
  }

  /** Ends the present piscina; whatever it holds rejects. */
  #dismiss(): void {
    const piscina = this.#piscina;
    if (piscina === undefined) return;
    this.#piscina = undefined;
    const ending = piscina.destroy().finally(() => this.#dismissed.delete(ending));
    this.#dismissed.add(ending);
  }
}
