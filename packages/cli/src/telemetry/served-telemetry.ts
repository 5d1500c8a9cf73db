import type { Logger, Tracing } from '@parley/core';
import { jsonLine } from '@parley/core/internal';
import type { GatewayOptions, OperationsConfiguration } from '@parley/gateway';
import { whereInstalled } from '../options/optional-package.ts';
import type { TextOutput } from '../terminal/text-output.ts';

/** What a gateway is to tell, and where. @throws Fault `caller.option-invalid` something for it is not installed */
export async function servedTelemetry(
  { listen, tracing }: OperationsConfiguration,
  log: TextOutput,
): Promise<GatewayOptions> {
  const measured = listen === undefined ? undefined : await metrics();
  const telemetry = { logger: lineLogger(log), meter: measured?.meter, tracing: tracing ? await spans() : undefined };
  return { telemetry, metrics: measured?.registry };
}

/** One line of JSON for each thing that happened. */
export function lineLogger(output: TextOutput): Logger {
  const at =
    (level: 'info' | 'warn' | 'error'): Logger['info'] =>
    (fields, event) => {
      void Promise.resolve(output.line(jsonLine({ level, event, ...fields }))).then(() => output.flush());
    };
  return { info: at('info'), warn: at('warn'), error: at('error') };
}

async function metrics(): Promise<ReturnType<typeof import('./metrics.ts').processMetrics>> {
  const load = async () => (await import('./metrics.ts')).processMetrics();
  return await whereInstalled(load, ['prom-client'], 'operations.listen', '/metrics');
}

async function spans(): Promise<Tracing> {
  const load = async () => (await import('@parley/opentelemetry')).openTelemetryTracing();
  return await whereInstalled(load, ['@opentelemetry/api'], 'operations.tracing', 'tracing');
}
