/** What an endpoint of HTTP tells those who operate it. */
import type { IncomingHttpHeaders } from 'node:http';
import type { FailedReply, Telemetry, Tracing } from '@parley/core';
import type { CompleteTelemetry } from '@parley/core/internal';
import { completeTelemetry } from '@parley/core/internal';
import type { Refusal } from './settings.ts';

/** How a request was answered. */
export interface Outcome {
  readonly status: number;
  readonly failure?: FailedReply | undefined;
}

/** Counts what was answered, how long it took, and tells of it as a span. */
export class HttpBooks {
  readonly #telemetry: CompleteTelemetry;

  constructor(telemetry: Telemetry | undefined, inWork: () => number) {
    this.#telemetry = completeTelemetry(telemetry);
    this.#telemetry.meter.watch('parley_http_in_work', () => [{ labels: {}, value: inWork() }]);
  }

  get tracing(): Tracing {
    return this.#telemetry.tracing;
  }

  /** One request of `endpoint`, empty for a path that has none: what peers ask for is no label. */
  async exchange(endpoint: string, headers: IncomingHttpHeaders, work: () => Promise<Outcome>): Promise<void> {
    const { meter, tracing } = this.#telemetry;
    const startMs = performance.now();
    const attributes = { 'url.path': endpoint, 'http.request.method': 'POST' };
    await tracing.span(
      'parley.request',
      attributes,
      async (span) => {
        const { status, failure } = await work();
        span.set({ 'http.response.status_code': status });
        if (failure !== undefined) span.failed(failure.code);
        const labels = { endpoint, status: String(status), code: failure?.code ?? '' };
        meter.add('parley_http_answers_total', labels, 1);
        meter.record('parley_http_request_seconds', { endpoint }, (performance.now() - startMs) / 1000);
      },
      headers,
    );
  }

  refused({ failure: { code, detail }, path, status, remoteAddress }: Refusal): void {
    this.#telemetry.logger.warn({ code, detail, path, status, remoteAddress }, 'refused');
  }
}
