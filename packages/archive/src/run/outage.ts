import { setTimeout as pause } from 'node:timers/promises';
import type { FailedReply } from '@parley/core';
import { Fault, isTransient } from '@parley/core';
import type { Bench } from '../units/bench.ts';

const PAUSE_MS = 1000;

/**
 * What is tried again while it fails for what may pass: brokers are started again, topics deleted by who was done first. It begins anew with
 * whatever goes well.
 */
export class Outage {
  readonly #maxMs: number;
  readonly #bench: Pick<Bench, 'signal' | 'tell'>;
  #sinceMs: number | undefined;

  /** @param maxMs how long it may fail */
  constructor(maxMs: number, bench: Pick<Bench, 'signal' | 'tell'>) {
    this.#maxMs = maxMs;
    this.#bench = bench;
  }

  /** What `run` comes to; `undefined`, a moment later, where it has failed and may be tried again. @throws what does not pass, or has not in time */
  async once<T>(run: () => Promise<T>): Promise<T | undefined> {
    try {
      const done = await run();
      this.#sinceMs = undefined;
      return done;
    } catch (error) {
      await this.#goesOn(error);
      return undefined;
    }
  }

  /** What `run` comes to in the end; `undefined` when the signal came first. @throws what does not pass, or has not in time */
  async untilDone<T>(run: () => Promise<T>): Promise<T | undefined> {
    const { signal } = this.#bench;
    let done: { readonly value: T } | undefined;
    while (done === undefined && signal?.aborted !== true) done = await this.once(async () => ({ value: await run() }));
    return done?.value;
  }

  async #goesOn(error: unknown): Promise<void> {
    if (!(error instanceof Fault) || !isTransient(error.code)) throw error;
    const { signal, tell } = this.#bench;
    const nowMs = performance.now();
    const isFirst = this.#sinceMs === undefined;
    this.#sinceMs ??= nowMs;
    if (nowMs - this.#sinceMs >= this.#maxMs) throw error;
    // Once is nothing to talk about: another may have ended the work meanwhile.
    if (!isFirst) tell({ kind: 'waiting', ...saidOf(error) });
    await pause(PAUSE_MS, undefined, { signal }).catch(() => undefined);
  }
}

function saidOf({ code, detail }: Fault): Pick<FailedReply, 'code' | 'detail'> {
  return { code, detail };
}
