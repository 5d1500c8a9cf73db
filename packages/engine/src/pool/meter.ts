import { channel } from 'node:diagnostics_channel';
import type { RecordableHistogram } from 'node:perf_hooks';
import { createHistogram } from 'node:perf_hooks';
import type { FailedReply, FaultCode } from '@parley/core';
import type { PoolLatency, PoolOptions, PoolStats } from './contract.ts';

// Node's own events: nothing is made for them while nobody listens.
const REFUSED = channel('parley:pool:refused');
const BATCH = channel('parley:pool:batch');
const WORKER_LOST = channel('parley:pool:worker-lost');

const MICROSECONDS_MAX = 3_600_000_000;
/** Threads that are remembered: those that died make room for those that took their place. */
const WORKERS_MAX = 2048;

/** A batch that a worker has answered. */
export interface AnsweredBatch {
  readonly kind: string;
  readonly threadId: number;
  readonly messages: number;
  /** What the worker spent on it. */
  readonly busyMs: number;
}

/** Counts what a pool does, and tells whoever wants to hear. */
export class Meter {
  readonly #onRefused: PoolOptions['onRefused'];
  #messages = 0;
  #bytes = 0;
  readonly #latencyUs: RecordableHistogram = createHistogram({ lowest: 1, highest: MICROSECONDS_MAX, figures: 2 });
  readonly #refused = new Map<FaultCode, number>();
  readonly #workers = new Map<number, { batches: number; messages: number; busyMs: number }>();

  constructor(onRefused: PoolOptions['onRefused']) {
    this.#onRefused = onRefused;
  }

  get counts(): Pick<PoolStats, 'messages' | 'bytes' | 'refused' | 'latency' | 'workers'> {
    return {
      messages: this.#messages,
      bytes: this.#bytes,
      refused: Object.fromEntries(this.#refused),
      latency: this.#latency,
      workers: [...this.#workers].map(([threadId, load]) => ({ threadId, ...load })),
    };
  }

  get #latency(): PoolLatency {
    const { count, max, mean } = this.#latencyUs;
    const at = (percentile: number): number => (count === 0 ? 0 : this.#latencyUs.percentile(percentile) / 1000);
    return {
      p50Ms: at(50),
      p90Ms: at(90),
      p99Ms: at(99),
      maxMs: count === 0 ? 0 : max / 1000,
      meanMs: count === 0 ? 0 : mean / 1000,
    };
  }

  /** A message of `bytes` octets was taken in. */
  takenIn(bytes: number): void {
    this.#messages++;
    this.#bytes += bytes;
  }

  /** A message that was taken in `sinceMs` ago has its answer. */
  answered(sinceMs: number): void {
    this.#latencyUs.record(Math.min(MICROSECONDS_MAX, Math.max(1, Math.round(sinceMs * 1000))));
  }

  /** A message was refused; to whom it is told is no part of its answer, and may fail. */
  refusedWith({ code, detail }: FailedReply): void {
    this.#refused.set(code, (this.#refused.get(code) ?? 0) + 1);
    if (REFUSED.hasSubscribers) REFUSED.publish({ code, detail });
    try {
      this.#onRefused?.({ code, detail });
    } catch (error) {
      process.emitWarning(`onRefused of a pool failed: ${error instanceof Error ? error.name : typeof error}`);
    }
  }

  batch(batch: AnsweredBatch): void {
    if (BATCH.hasSubscribers) BATCH.publish(batch);
    const { threadId, messages, busyMs } = batch;
    const load = this.#workers.get(threadId) ?? { batches: 0, messages: 0, busyMs: 0 };
    this.#workers.set(threadId, load);
    load.batches += 1;
    load.messages += messages;
    load.busyMs += busyMs;
    const [oldest] = this.#workers.keys();
    if (this.#workers.size > WORKERS_MAX && oldest !== undefined) this.#workers.delete(oldest);
  }
}

/** Tells whoever listens that a worker ended before its pool. */
export function tellWorkerLost(workersLost: number): void {
  if (WORKER_LOST.hasSubscribers) WORKER_LOST.publish({ workersLost });
}
