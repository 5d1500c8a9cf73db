/** What a pool says of itself, to a meter: asked when somebody wants to know, so that no message pays for it. */
import type { InstrumentName, Meter, MeterReading } from '@parley/core';
import { completeTelemetry } from '@parley/core/internal';
import type { PoolStats } from './contract.ts';
import type { Executor } from './transfer/task.ts';

interface Measured {
  readonly stats: PoolStats;
  readonly executor: Pick<Executor, 'workers'>;
}

const one = (value: number): readonly MeterReading[] => [{ labels: {}, value }];

const READINGS: Partial<Record<InstrumentName, (pool: Measured) => readonly MeterReading[]>> = {
  parley_pool_messages_total: ({ stats }) => one(stats.messages),
  parley_pool_bytes_total: ({ stats }) => one(stats.bytes),
  parley_pool_batches_total: ({ stats }) => one(stats.batches),
  parley_pool_retries_total: ({ stats }) => one(stats.retries),
  parley_pool_workers_lost_total: ({ stats }) => one(stats.workersLost),
  parley_pool_template_hits_total: ({ stats }) => one(stats.byTemplate),
  parley_pool_context_lookups_total: ({ stats }) => one(stats.contextsAsked),
  parley_pool_queued: ({ stats }) => one(stats.queued),
  parley_pool_workers: ({ executor }) => one(executor.workers),
  parley_pool_busy_seconds_total: ({ stats }) => one(stats.workers.reduce((sum, { busyMs }) => sum + busyMs, 0) / 1000),
  parley_pool_refused_total: ({ stats }) =>
    Object.entries(stats.refused).map(([code, value]) => ({ labels: { code }, value })),
  parley_pool_latency_seconds: ({ stats: { latency } }) =>
    (
      [
        ['0.5', latency.p50Ms],
        ['0.9', latency.p90Ms],
        ['0.99', latency.p99Ms],
        ['1', latency.maxMs],
      ] as const
    ).map(([quantile, valueMs]) => ({ labels: { quantile }, value: valueMs / 1000 })),
};

/** Begins; what it gives ends it. */
export function measured(meter: Meter | undefined, pool: Measured): () => void {
  if (meter === undefined) return () => undefined;
  const safe = completeTelemetry({ meter }).meter;
  const ends = Object.entries(READINGS).map(([name, read]) => safe.watch(name as InstrumentName, () => read(pool)));
  return () => {
    for (const end of ends) end();
  };
}
