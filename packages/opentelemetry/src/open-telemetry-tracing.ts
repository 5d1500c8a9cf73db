import type { Context, Span as OpenSpan } from '@opentelemetry/api';
import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { Span, SpanName, TraceHeaders, Tracing } from '@parley/core';

/** What others ask for is a span of a server's. */
const KINDS: Partial<Record<SpanName, SpanKind>> = { 'parley.request': SpanKind.SERVER };

/**
 * Spans through the API of OpenTelemetry, to whatever SDK the process has registered; without one, they go nowhere. Traces go on that a
 * request names in its headers, and are named in those of the service behind a gateway.
 */
export function openTelemetryTracing(): Tracing {
  return {
    span: async (name, attributes, work, headers) => {
      const parent = parentOf(headers);
      // Asked each time: who registers its SDK late is found.
      const span = trace
        .getTracer('@parley/opentelemetry')
        .startSpan(name, { kind: KINDS[name] ?? SpanKind.INTERNAL, attributes: { ...attributes } }, parent);
      try {
        return await context.with(trace.setSpan(parent, span), () => work(spanOf(span)));
      } catch (error) {
        span.setStatus({ code: SpanStatusCode.ERROR });
        throw error;
      } finally {
        span.end();
      }
    },
    headers: () => {
      const carrier: Record<string, string> = {};
      propagation.inject(context.active(), carrier);
      return carrier;
    },
  };
}

function parentOf(headers: TraceHeaders | undefined): Context {
  const active = context.active();
  return headers === undefined ? active : propagation.extract(active, headers);
}

function spanOf(span: OpenSpan): Span {
  return {
    set: (attributes) => void span.setAttributes({ ...attributes }),
    failed: (code) => {
      span.setAttribute('error.type', code);
      span.setStatus({ code: SpanStatusCode.ERROR, message: code });
    },
  };
}
