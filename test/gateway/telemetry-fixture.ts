/** All that a process tells of itself, kept to be looked at. */
import type { Telemetry, Tracing } from '@parley/core';
import { prometheusMeter } from '@parley/prometheus';
import { Registry } from 'prom-client';

export interface Told {
  readonly telemetry: Telemetry;
  readonly registry: Registry;
  readonly lines: {
    readonly level: string;
    readonly event: string;
    readonly fields: Readonly<Record<string, unknown>>;
  }[];
  readonly spans: { readonly name: string; readonly attributes: Record<string, unknown>; code?: string }[];
}

export function told(): Told {
  const registry = new Registry();
  const lines: Told['lines'] = [];
  const spans: Told['spans'] = [];
  const at = (level: string) => (fields: Readonly<Record<string, unknown>>, event: string) =>
    void lines.push({ level, event, fields });
  const tracing: Tracing = {
    span: async (name, attributes, work) => {
      const span: Told['spans'][number] = { name, attributes: { ...attributes } };
      spans.push(span);
      return await work({
        set: (more) => void Object.assign(span.attributes, more),
        failed: (code) => {
          span.code = code;
        },
      });
    },
    headers: () => ({ traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' }),
  };
  const logger = { info: at('info'), warn: at('warn'), error: at('error') };
  return { telemetry: { meter: prometheusMeter(registry), tracing, logger }, registry, lines, spans };
}
