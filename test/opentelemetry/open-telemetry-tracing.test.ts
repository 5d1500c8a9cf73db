import { SpanStatusCode, trace } from '@opentelemetry/api';
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
import { completeTelemetry } from '@parley/core/internal';
import { openTelemetryTracing } from '@parley/opentelemetry';
import { afterEach, expect, test } from 'vitest';

const exporter = new InMemorySpanExporter();
const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
provider.register();
afterEach(() => exporter.reset());

const TRACE = '0af7651916cd43dd8448eb211c80319c';

test('a request goes on the trace that its headers name, and what it asks for names that again', async () => {
  const tracing = openTelemetryTracing();
  const headers = { traceparent: `00-${TRACE}-b7ad6b7169203331-01` };
  const next = await tracing.span(
    'parley.request',
    { 'url.path': '/orders' },
    async (span) => {
      span.set({ 'http.response.status_code': 200 });
      return await tracing.span('parley.service', {}, async () => tracing.headers());
    },
    headers,
  );
  const [inner, outer] = exporter.getFinishedSpans();
  expect(outer).toMatchObject({
    name: 'parley.request',
    attributes: { 'url.path': '/orders', 'http.response.status_code': 200 },
    parentSpanContext: { spanId: 'b7ad6b7169203331' },
  });
  expect(inner?.parentSpanContext?.spanId).toBe(outer?.spanContext().spanId);
  expect([inner, outer].map((span) => span?.spanContext().traceId)).toEqual([TRACE, TRACE]);
  expect(next['traceparent']).toBe(`00-${TRACE}-${inner?.spanContext().spanId}-01`);
});

test('a refusal has its code; what is thrown comes through, and its words are in no span', async () => {
  const tracing = openTelemetryTracing();
  await tracing.span('parley.receive', {}, async (span) => span.failed('peer.replay'));
  const thrown = new Error('plainly visible');
  await expect(tracing.span('parley.secure', {}, () => Promise.reject(thrown))).rejects.toBe(thrown);
  const [refused, failed] = exporter.getFinishedSpans();
  expect(refused).toMatchObject({
    attributes: { 'error.type': 'peer.replay' },
    status: { code: SpanStatusCode.ERROR, message: 'peer.replay' },
  });
  expect(failed?.status).toEqual({ code: SpanStatusCode.ERROR });
  expect(failed?.events).toEqual([]);
});

test('work is done once, whatever becomes of its span', async () => {
  const fails = (): never => {
    throw new Error('no tracer');
  };
  const tracings = [
    { span: fails, headers: fails },
    { span: async () => fails(), headers: fails },
    {
      span: async (_name: string, _attributes: object, work: (span: never) => Promise<unknown>) => {
        await work({ set: fails, failed: fails } as never);
        await work({ set: fails, failed: fails } as never);
        return fails();
      },
      headers: fails,
    },
  ];
  for (const given of tracings) {
    const { tracing } = completeTelemetry({ tracing: given as never });
    let times = 0;
    const done = await tracing.span('parley.receive', {}, async (span) => {
      span.set({ a: 1 });
      span.failed('x');
      return ++times;
    });
    expect([done, times, tracing.headers()]).toEqual([1, 1, {}]);
  }
  expect(trace.getActiveSpan()).toBeUndefined();
});
