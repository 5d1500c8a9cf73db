import type { Meter, MeterReading } from '@parley/core';
import { INSTRUMENTS, SECONDS_BUCKETS } from '@parley/core';
import { instanceOf, requireKind } from '@parley/core/internal';
import type { CollectFunction, MetricConfiguration } from 'prom-client';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { Watches } from './watches.ts';

const REGISTRY = instanceOf<Registry>(Registry);
const meters = new WeakMap<Registry, Meter>();

/**
 * The meter that keeps its counts in `registry`: always the same one. All instruments are registered at once, so that a scrape
 * shows those that nothing has happened to.
 * @throws Fault `caller.option-invalid`
 */
export function prometheusMeter(registry: Registry): Meter {
  requireKind(REGISTRY, registry, 'registry');
  const meter = meters.get(registry) ?? registered(registry);
  meters.set(registry, meter);
  return meter;
}

type AnyMetric = Counter | Gauge | Histogram;

function registered(registry: Registry): Meter {
  const metrics = new Map<string, AnyMetric>();
  const watches = new Map<string, Watches>();
  for (const [name, { kind, labels, help }] of Object.entries(INSTRUMENTS)) {
    const watched = new Watches(kind === 'counter' ? 'stay' : 'go');
    watches.set(name, watched);
    const common = { name, help, labelNames: ['endpoint', ...labels], registers: [registry] };
    metrics.set(name, metricOf(kind, common, watched));
  }
  return {
    add: (name, labels, by) => (metrics.get(name) as Counter).inc(labels, by),
    record: (name, labels, value) => (metrics.get(name) as Histogram).observe(labels, value),
    watch: (name, read) => watches.get(name)?.begin(read) ?? (() => undefined),
  };
}

function metricOf(
  kind: (typeof INSTRUMENTS)[keyof typeof INSTRUMENTS]['kind'],
  common: MetricConfiguration<string>,
  watched: Watches,
): AnyMetric {
  if (kind === 'histogram') return new Histogram({ ...common, buckets: [...SECONDS_BUCKETS] });
  if (kind === 'gauge') {
    return new Gauge({
      ...common,
      collect: refreshing<Gauge>(watched, (gauge, { labels, value }) => gauge.inc(labels, value)),
    });
  }
  return new Counter({
    ...common,
    collect: refreshing<Counter>(watched, (counter, { labels, value }) => counter.inc(labels, value)),
  });
}

/** What is watched is made anew for each scrape; what is counted as it happens is left alone. */
function refreshing<Metric extends Counter | Gauge>(
  watched: Watches,
  add: (metric: Metric, reading: MeterReading) => void,
): CollectFunction<Metric> {
  return function collect(this: Metric): void {
    if (!watched.isUsed) return;
    this.reset();
    for (const reading of watched.readings()) add(this, reading);
  };
}
