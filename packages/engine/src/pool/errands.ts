import type { FailedReply } from '@parley/core';
import type { ContextDesk } from './context-desk.ts';
import type { ContextWatch } from './context-watch.ts';
import type { StallWatch } from './stall-watch.ts';
import { Control } from './transfer/control.ts';
import type { Slab } from './transfer/slab.ts';
import type { AttachedContext, Executor, WorkerTask } from './transfer/task.ts';

/** What a worker has answered: where its records are in which slab. */
export interface ErrandAnswer {
  readonly slab: Slab;
  readonly start: number;
  readonly length: number;
}

export interface ErrandsOptions {
  readonly executor: Executor;
  readonly watch: Pick<ContextWatch, 'current'>;
  readonly desk: ContextDesk;
  readonly stalls: StallWatch;
}

/** What the workers of a pool do for another package, whose module they run ({@link Crew}), beside batches. */
export class Errands {
  readonly #options: ErrandsOptions;
  readonly #underWay = new Set<Promise<unknown>>();
  #byTemplate = 0;

  constructor(options: ErrandsOptions) {
    this.#options = options;
  }

  /** Messages that a template opened. */
  get byTemplate(): number {
    return this.#byTemplate;
  }

  /** Tasks that the workers can hold. */
  get capacity(): number {
    return this.#options.executor.capacity;
  }

  /** The answer to `task`. Rejects when its worker was lost, or none came: it may be sent again, with another output. */
  run(task: WorkerTask): Promise<ErrandAnswer> {
    const running = this.#run(task).finally(() => this.#underWay.delete(running));
    this.#underWay.add(running);
    return running;
  }

  /** The context that a worker lacks, or the reply for every message that needs it. Does not reject. */
  lookUp(identifier: string): Promise<AttachedContext | FailedReply> {
    return this.#options.desk.lookUp(identifier);
  }

  /** Resolves when none of those that are under way now is any more. */
  async landed(): Promise<void> {
    await Promise.allSettled(this.#underWay);
  }

  async #run(task: WorkerTask): Promise<ErrandAnswer> {
    const { executor, watch, stalls } = this.#options;
    const nowMs = performance.now();
    // What was looked up since for a later round must not be forgotten before it is used.
    const watching = task.contexts.length === 0 ? watch.current(nowMs) : undefined;
    if (watching !== undefined) await watching;
    const control = new Control(task.output, nowMs);
    stalls.add(control);
    try {
      const { replacement, byTemplate } = await executor.run(task);
      this.#byTemplate += byTemplate;
      return { slab: new Uint8Array(replacement ?? task.output), ...control.answer };
    } finally {
      stalls.delete(control);
    }
  }
}
