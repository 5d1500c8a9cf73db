/** Many messages through one pool: does memory grow, is anybody kept waiting? */
import { monitorEventLoopDelay, PerformanceObserver } from 'node:perf_hooks';
import { createPool } from '@parley/engine';
import { BENCH_POLICY, must } from '../corpus.ts';
import { loadOf } from '../pipeline/pools.ts';

export interface SoakMeasurement {
  readonly messages: number;
  readonly workers: number;
  readonly messagesPerSecond: number;
  /** Of the process, in equal parts of the run, from when a tenth of it is done. */
  readonly rssMiB: readonly number[];
  /** Of one call, 64 of them in flight. */
  readonly latencyMs: { readonly p50: number; readonly p99: number; readonly p999: number; readonly max: number };
  /** Beyond the turn of a millisecond. */
  readonly eventLoopDelayMs: { readonly p99: number; readonly max: number };
  /** Of the calling thread. */
  readonly gc: { readonly count: number; readonly totalMs: number; readonly longestMs: number };
}

const WORKERS = 2;
const IN_FLIGHT = 64;
const SAMPLES = 50;
const DISTINCT = 1024;
const LATENCIES_KEPT = 1 << 20;

/** `count` messages of 5 KB, each opened by a call of its own. */
export async function measureSoak(count: number): Promise<SoakMeasurement> {
  const { context, messages } = loadOf(DISTINCT);
  const pool = createPool({ workers: WORKERS, policy: BENCH_POLICY, contexts: { get: async () => context } });
  const latencies = new Float64Array(Math.min(count, LATENCIES_KEPT));
  const rssMiB: number[] = [];
  const gc = { count: 0, totalMs: 0, longestMs: 0 };
  const pauses = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) {
      gc.count++;
      gc.totalMs += duration;
      gc.longestMs = Math.max(gc.longestMs, duration);
    }
  });
  const delays = monitorEventLoopDelay({ resolution: 1 });
  const warmUp = Math.ceil(count / 10);
  let sent = 0;
  const lane = async (end: number): Promise<void> => {
    while (sent < end) {
      const number = sent++;
      if (number % Math.ceil(count / SAMPLES) === 0 && number >= warmUp)
        rssMiB.push(process.memoryUsage.rss() / 2 ** 20);
      const startMs = performance.now();
      must(await pool.open(messages[number % messages.length]!));
      latencies[number % latencies.length] = performance.now() - startMs;
    }
  };
  const lanes = (end: number): Promise<unknown> => Promise.all(Array.from({ length: IN_FLIGHT }, () => lane(end)));
  await lanes(warmUp);
  pauses.observe({ entryTypes: ['gc'] });
  delays.enable();
  const startMs = performance.now();
  await lanes(count);
  const elapsedMs = performance.now() - startMs;
  delays.disable();
  pauses.disconnect();
  await pool.close();
  const sorted = latencies.sort();
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
  return {
    messages: count,
    workers: WORKERS,
    messagesPerSecond: (count - warmUp) / (elapsedMs / 1000),
    rssMiB,
    latencyMs: { p50: at(0.5), p99: at(0.99), p999: at(0.999), max: at(1) },
    eventLoopDelayMs: { p99: delays.percentile(99) / 1e6, max: delays.max / 1e6 },
    gc,
  };
}

/** How far memory strayed from its median, as a share of it. */
export function rssSpread({ rssMiB }: SoakMeasurement): number {
  const sorted = [...rssMiB].sort((left, right) => left - right);
  const median = sorted[sorted.length >> 1] ?? 1;
  return Math.max((sorted.at(-1) ?? median) / median - 1, 1 - (sorted[0] ?? median) / median);
}
