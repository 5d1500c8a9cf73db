import type { Meter } from '@parley/core';
import { prometheusMeter } from '@parley/prometheus';
import { collectDefaultMetrics, Registry } from 'prom-client';

/** A registry of this process, with what Node says of itself, and its meter. */
export function processMetrics(): { readonly registry: Registry; readonly meter: Meter } {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return { registry, meter: prometheusMeter(registry) };
}
