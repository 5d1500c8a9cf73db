import { INSTRUMENTS, type InstrumentName, type MeterReading } from '@parley/core';
import { completeTelemetry } from '@parley/core/internal';
import { prometheusMeter } from '@parley/prometheus';
import fc from 'fast-check';
import { Registry } from 'prom-client';
import { expect, test } from 'vitest';

const valuesOf = async (registry: Registry, name: InstrumentName): Promise<Record<string, number>> => {
  const metric = (await registry.getMetricsAsJSON()).find((each) => each.name === name);
  return Object.fromEntries(
    (metric?.values ?? []).map(({ labels, value }) => [Object.values(labels).join(' '), value]),
  );
};

test('all instruments are there before anything happens, by their names, kinds and help', async () => {
  const registry = new Registry();
  prometheusMeter(registry);
  const told = await registry.getMetricsAsJSON();
  expect(told.map(({ name }) => name)).toEqual(Object.keys(INSTRUMENTS));
  for (const { name, help, type } of told) {
    const { kind, help: wanted } = INSTRUMENTS[name as InstrumentName];
    expect([type, help]).toEqual([kind, wanted]);
  }
});

test('two meters of one registry are one', async () => {
  const registry = new Registry();
  expect(prometheusMeter(registry)).toBe(prometheusMeter(registry));
});

test('a total never goes down, whoever of those that it adds up ends', async () => {
  type Step = { readonly who: number; readonly by: number; readonly ends: boolean };
  const step = fc.record<Step>({ who: fc.nat(3), by: fc.nat(5), ends: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
      const registry = new Registry();
      const meter = prometheusMeter(registry);
      const running = new Map<number, { total: number; end: () => void }>();
      let all = 0;
      for (const { who, by, ends } of steps) {
        const own = running.get(who) ?? begin();
        running.set(who, own);
        own.total += by;
        all += by;
        if (ends) {
          own.end();
          own.end();
          running.delete(who);
        }
        expect((await valuesOf(registry, 'parley_pool_messages_total'))['/a']).toBe(all);
      }

      function begin(): { total: number; end: () => void } {
        const counted = { total: 0 };
        const read = () => [{ labels: { endpoint: '/a' }, value: counted.total }];
        return Object.assign(counted, { end: meter.watch('parley_pool_messages_total', read) });
      }
    }),
    { numRuns: 40 },
  );
});

test('a gauge is the sum of those who are there, and gone with them', async () => {
  const registry = new Registry();
  const meter = prometheusMeter(registry);
  const gauge = (value: number): (() => void) =>
    meter.watch('parley_pool_queued', () => [{ labels: { endpoint: '' }, value }]);
  const ends = [gauge(3), gauge(4)];
  expect(await valuesOf(registry, 'parley_pool_queued')).toEqual({ '': 7 });
  ends[0]?.();
  expect(await valuesOf(registry, 'parley_pool_queued')).toEqual({ '': 4 });
  ends[1]?.();
  expect(await valuesOf(registry, 'parley_pool_queued')).toEqual({});
});

test('one that fails when it is asked keeps the others from nothing', async () => {
  const registry = new Registry();
  const meter = prometheusMeter(registry);
  meter.watch('parley_contexts_live', () => {
    throw new Error('not now');
  });
  meter.watch('parley_contexts_live', () => [{ labels: { endpoint: '/b' }, value: 2 }]);
  expect(await valuesOf(registry, 'parley_contexts_live')).toEqual({ '/b': 2 });
});

test('what a meter throws reaches nobody', () => {
  const fails = (): never => {
    throw new Error('full');
  };
  const { meter, logger } = completeTelemetry({
    meter: { add: fails, record: fails, watch: fails },
    logger: { info: fails, warn: fails, error: fails },
  });
  const read = (): readonly MeterReading[] => [];
  expect(() => {
    meter.add('parley_requests_total', {}, 1);
    meter.record('parley_http_request_seconds', {}, 1);
    meter.watch('parley_pool_queued', read)();
    logger.error({}, 'x');
  }).not.toThrow();
});
