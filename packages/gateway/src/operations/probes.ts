/** `/healthz`: the process answers. `/readyz`: it is to be given work. `/metrics`, where there are some. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import type { Readiness } from './readiness.ts';

type Request = IncomingMessage | Http2ServerRequest;
type Response = ServerResponse | Http2ServerResponse;

/** What gives all that was measured as text: a `Registry` of prom-client. */
export interface MetricsSource {
  readonly contentType: string;
  metrics(): Promise<string>;
}

interface Page {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

type Probe = () => Promise<Page>;

/** What is answered to those who watch; who asks for something else, or with another method than GET and HEAD, is not theirs. */
export class Probes {
  readonly #probes: ReadonlyMap<string, Probe>;

  constructor(readiness: Readiness, metrics?: MetricsSource) {
    const probes: (readonly [string, Probe])[] = [
      ['/healthz', async () => json(200, { alive: true })],
      [
        '/readyz',
        async () => {
          const answer = await readiness.look();
          return json(answer.ready ? 200 : 503, answer);
        },
      ],
    ];
    if (metrics !== undefined)
      probes.push([
        '/metrics',
        async () => ({ status: 200, type: metrics.contentType, text: await metrics.metrics() }),
      ]);
    this.#probes = new Map(probes);
  }

  /** Whether it was theirs; then it is answered. */
  take(request: Request, response: Response): boolean {
    const probe = this.#probes.get((request.url ?? '').replace(/\?.*$/s, ''));
    if (probe === undefined || (request.method !== 'GET' && request.method !== 'HEAD')) return false;
    request.resume();
    probe().then(
      (page) => send(request, response, page),
      () => send(request, response, json(500, { failed: true })),
    );
    return true;
  }
}

function json(status: number, value: object): Page {
  return { status, type: 'application/json', text: `${JSON.stringify(value)}\n` };
}

function send(request: Request, response: Response, { status, type, text }: Page): void {
  response.statusCode = status;
  response.setHeader('content-type', type);
  response.setHeader('cache-control', 'no-store');
  const octets = new TextEncoder().encode(text);
  response.setHeader('content-length', octets.length);
  response.end(request.method === 'HEAD' ? '' : octets);
}
