/** Who is told what goes on: whatever becomes of that, it goes on. */
import type { Kind } from '../options/kind.ts';
import { optional, port } from '../options/kind.ts';
import { shapeOf } from '../options/shape.ts';
import type { Logger } from './logger.ts';
import type { Meter, MeterLabels } from './meter.ts';
import type { Span, Tracing } from './tracing.ts';

/** Who is told: counts, spans, lines of a log. None of them is given a secret, or what a message says. */
export interface Telemetry {
  readonly meter?: Meter | undefined;
  readonly tracing?: Tracing | undefined;
  readonly logger?: Logger | undefined;
}

export const TELEMETRY: Kind<Telemetry> = shapeOf<Telemetry>({
  meter: optional(port('add', 'record', 'watch')),
  tracing: optional(port('span', 'headers')),
  logger: optional(port('info', 'warn', 'error')),
});

/** All of it: what is not wanted does nothing, and what fails harms nobody. */
export type CompleteTelemetry = { readonly [Name in keyof Telemetry]-?: NonNullable<Telemetry[Name]> };

/** What was given, made harmless, and nothing in the place of what was not. */
export function completeTelemetry({ meter, tracing, logger }: Telemetry = {}): CompleteTelemetry {
  return {
    meter: meter === undefined ? NO_METER : harmlessMeter(meter),
    tracing: tracing === undefined ? NO_TRACING : harmlessTracing(tracing),
    logger: logger === undefined ? NO_LOGGER : harmlessLogger(logger),
  };
}

/** `telemetry` for the endpoint at one path, which becomes a label of all that is measured. */
export function telemetryAt(telemetry: Telemetry | undefined, endpoint: string): Telemetry | undefined {
  const { meter } = telemetry ?? {};
  return meter === undefined ? telemetry : { ...telemetry, meter: harmlessMeter(meter, { endpoint }) };
}

const nothing = (): void => undefined;
const NO_METER: Meter = { add: nothing, record: nothing, watch: () => nothing };
const NO_LOGGER: Logger = { info: nothing, warn: nothing, error: nothing };
const NO_SPAN: Span = { set: nothing, failed: nothing };
const NO_TRACING: Tracing = { span: (_name, _attributes, work) => work(NO_SPAN), headers: () => ({}) };

function harmless<T>(call: () => T, otherwise: T): T {
  try {
    const answer = call();
    // A promise that nobody waits for, and that is broken, would end the process.
    if (answer instanceof Promise) answer.catch(nothing);
    return answer;
  } catch {
    return otherwise;
  }
}

function harmlessMeter(meter: Meter, more: MeterLabels = {}): Meter {
  return {
    add: (name, labels, by) => harmless(() => meter.add(name, { ...more, ...labels }, by), undefined),
    record: (name, labels, value) => harmless(() => meter.record(name, { ...more, ...labels }, value), undefined),
    watch: (name, read) => {
      const labelled = () => Array.from(read(), ({ labels, value }) => ({ labels: { ...more, ...labels }, value }));
      const stop = harmless(() => meter.watch(name, labelled), nothing);
      return () => harmless(stop, undefined);
    },
  };
}

function harmlessLogger(logger: Logger): Logger {
  return {
    info: (fields, event) => harmless(() => logger.info(fields, event), undefined),
    warn: (fields, event) => harmless(() => logger.warn(fields, event), undefined),
    error: (fields, event) => harmless(() => logger.error(fields, event), undefined),
  };
}

function harmlessTracing(tracing: Tracing): Tracing {
  return {
    span: async (name, attributes, work, headers) => {
      let done: ReturnType<typeof work> | undefined;
      const once: typeof work = (span) => {
        done ??= work(harmlessSpan(span));
        return done;
      };
      try {
        await tracing.span(name, attributes, once, headers);
      } catch {
        // What it was asked to do says itself how it ended.
      }
      return await (done ?? work(NO_SPAN));
    },
    headers: () => harmless(() => tracing.headers(), {}),
  };
}

function harmlessSpan(span: Span): Span {
  return {
    set: (attributes) => harmless(() => span.set(attributes), undefined),
    failed: (code) => harmless(() => span.failed(code), undefined),
  };
}
