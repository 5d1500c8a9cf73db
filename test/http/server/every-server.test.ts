/** One table of what strangers and broken clients send, on every kind of server that endpoints can stand in; after each row an honest client is served. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Ambient } from '@parley/conversation';
import { envelope, Initiator, MemoryContextStore, peerProfile, Responder } from '@parley/conversation';
import { unwrap } from '@parley/core';
import { HttpResponder, type HttpResponderOptions, type Refusal } from '@parley/http';
import { parleyEndpoints } from '@parley/http/fastify';
import fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { AMBIENT, echo, payload, WAYS } from '../http-fixture.ts';

const pem = (name: string): Buffer =>
  readFileSync(new URL(`../../../benchmarks/messages/keys/${name}.pem`, import.meta.url));
const TLS = { cert: pem('bob'), key: pem('bob-private') };
const TRUST = { ca: pem('root'), checkServerIdentity: () => undefined };
const ACTION = 'urn:app/Echo';
const TYPES = { '1.1': 'text/xml; charset=utf-8', '1.2': 'application/soap+xml; charset=utf-8' } as const;
type SoapVersion = keyof typeof TYPES;
const VERSIONS: readonly SoapVersion[] = ['1.1', '1.2'];
const NAMESPACES = {
  '1.1': 'http://schemas.xmlsoap.org/soap/envelope/',
  '1.2': 'http://www.w3.org/2003/05/soap-envelope',
} as const;
const LONG = 300_000;
const BOUNDS = { bodyBytesMax: 200_000, bodyTimeoutMs: 700 } as const;

interface Asked {
  readonly method?: string;
  readonly path?: string;
  readonly type?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Whether the body has an end; default: yes. */
  readonly ends?: boolean;
}

interface Answer {
  readonly status: number;
  readonly type: string | undefined;
  readonly octets: Uint8Array;
}

interface Kind {
  readonly listen: (handler: HttpResponder['handler']) => http.Server | https.Server | http2.Http2Server;
  readonly scheme: 'http' | 'https';
  readonly isHttp2?: boolean;
}

const NODE: Readonly<Record<string, Kind>> = {
  'node:http': { listen: (handler) => http.createServer(handler), scheme: 'http' },
  'node:https': { listen: (handler) => https.createServer(TLS, handler), scheme: 'https' },
  'node:http2, over TLS': {
    listen: (handler) => http2.createSecureServer(TLS, handler),
    scheme: 'https',
    isHttp2: true,
  },
  'node:http2, in clear': { listen: (handler) => http2.createServer(handler), scheme: 'http', isHttp2: true },
};
const FASTIFY: Readonly<Record<string, { readonly prefix?: string; readonly make: () => FastifyInstance }>> = {
  Fastify: { make: () => fastify() as FastifyInstance },
  'Fastify, below a prefix': { make: () => fastify() as FastifyInstance, prefix: '/v1' },
  'Fastify, over TLS': { make: () => fastify({ https: TLS }) as unknown as FastifyInstance },
};

/** A server that is up, and how it is asked. */
interface Running {
  readonly ask: (asked: Asked) => Promise<Answer>;
  readonly cut: (asked: Asked) => Promise<void>;
  readonly refusals: Refusal[];
  readonly isFastify: boolean;
  readonly stop: () => Promise<void>;
}

async function running(name: string): Promise<Running> {
  const way = WAYS['the service’s certificate']!();
  const refusals: Refusal[] = [];
  const responder = new Responder({
    store: new MemoryContextStore(),
    ambient: AMBIENT,
    bootstrap: way.server,
    profile: peerProfile('parley', way.suite, { encrypt: 'none' }),
  });
  const options: HttpResponderOptions = {
    endpoints: { '/echo': { responder, service: echo } },
    onRefused: (refusal) => refusals.push(refusal),
    ...BOUNDS,
  };
  const kind = NODE[name];
  if (kind !== undefined) {
    const server = kind.listen(new HttpResponder(options).handler);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const origin = `${kind.scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const client = kind.isHttp2 === true ? byStreams(origin) : byConnections(origin, '');
    const stop = async (): Promise<void> => {
      client.stop();
      server.close();
      await responder.close();
    };
    return { ...client, refusals, isFastify: false, stop };
  }
  const { make, prefix } = FASTIFY[name]!;
  const app = make();
  await app.register(parleyEndpoints, { ...options, ...(prefix !== undefined && { prefix }) });
  const origin = await app.listen({ port: 0, host: '127.0.0.1' });
  const client = byConnections(origin, prefix ?? '');
  const stop = async (): Promise<void> => {
    client.stop();
    await app.close();
    await responder.close();
  };
  return { ...client, refusals, isFastify: true, stop };
}

type Client = Pick<Running, 'ask' | 'cut'> & { readonly stop: () => void };

function byConnections(origin: string, prefix: string): Client {
  const begun = ({
    method = 'POST',
    path = '/echo',
    type,
    headers,
    body = '',
    ends = true,
  }: Asked): http.ClientRequest => {
    const { request } = origin.startsWith('https') ? https : http;
    const all = { ...(type !== undefined && { 'content-type': type }), ...headers };
    const sent = request(origin + prefix + path, { method, headers: all, agent: false, ...TRUST });
    if (ends && headers?.['content-length'] === undefined && typeof body !== 'string') sent.end(body);
    else {
      sent.write(body);
      if (ends) sent.end();
    }
    return sent;
  };
  return {
    ask: async (asked) => {
      const sent = begun(asked);
      const [message] = (await once(sent, 'response')) as [http.IncomingMessage];
      const octets = Buffer.concat(await message.toArray());
      sent.on('error', () => undefined).destroy();
      return { status: message.statusCode ?? 0, type: message.headers['content-type'], octets };
    },
    cut: async (asked) => {
      const sent = begun(asked).on('error', () => undefined);
      await new Promise((resolve) => sent.write('<', resolve));
      sent.destroy();
    },
    stop: () => undefined,
  };
}

function byStreams(origin: string): Client {
  const session = http2.connect(origin, TRUST);
  const begun = ({ method = 'POST', path = '/echo', type, headers, body = '', ends = true }: Asked) => {
    const all = { ':method': method, ':path': path, ...(type !== undefined && { 'content-type': type }), ...headers };
    const stream = session.request(all, { endStream: false }).on('error', () => undefined);
    stream.write(body);
    if (ends) stream.end();
    return stream;
  };
  return {
    ask: async (asked) => {
      const stream = begun(asked);
      const [headers] = (await once(stream, 'response')) as [http2.IncomingHttpHeaders & { ':status': number }];
      const octets = Buffer.concat(await stream.toArray().catch(() => []));
      stream.close();
      return { status: headers[':status'], type: headers['content-type'], octets };
    },
    cut: async (asked) => {
      const stream = begun(asked);
      await new Promise((resolve) => stream.write('<', resolve));
      stream.destroy(new Error('left'));
    },
    stop: () => session.destroy(),
  };
}

/** An honest client, whose clock can be set. */
class Honest {
  readonly #initiator: Initiator;
  readonly #soapVersion: SoapVersion;
  #offMs = 0;

  constructor(soapVersion: SoapVersion) {
    const way = WAYS['the service’s certificate']!();
    const ambient: Ambient = {
      nowMs: () => AMBIENT.nowMs() + this.#offMs,
      fillRandom: (out) => AMBIENT.fillRandom(out),
    };
    this.#soapVersion = soapVersion;
    this.#initiator = new Initiator({
      version: '200512',
      soapVersion,
      to: 'urn:app',
      appliesTo: 'urn:app',
      ambient,
      profile: peerProfile('parley', way.suite, { encrypt: 'none' }),
      bootstrap: way.client.bootstrap,
    });
  }

  async begin({ ask }: Running): Promise<this> {
    const issue = unwrap(this.#initiator.requestIssue({ secure: false }));
    const answer = await ask({ type: TYPES[this.#soapVersion], body: issue.octets });
    unwrap(this.#initiator.receive(answer.octets, issue, { secure: false }));
    return this;
  }

  call(offMs = 0): ReturnType<typeof this.sealed> {
    this.#offMs = offMs;
    const call = this.sealed();
    this.#offMs = 0;
    return call;
  }

  sealed() {
    const soapVersion = this.#soapVersion;
    return unwrap(
      this.#initiator.requestCall(envelope({ action: ACTION, to: 'urn:app', body: payload('hello'), soapVersion })),
    );
  }

  async works({ ask }: Running): Promise<void> {
    const call = this.call();
    const answer = await ask({ type: TYPES[this.#soapVersion], body: call.octets });
    expect(answer).toMatchObject({
      status: 200,
      type: expect.stringContaining(TYPES[this.#soapVersion].split(';')[0]!),
    });
    expect(this.#initiator.receive(answer.octets, call, { secure: false })).toMatchObject({ ok: true });
  }
}

const soap = (version: SoapVersion, body = '', head = ''): string =>
  `<s:Envelope xmlns:s="${NAMESPACES[version]}">${head}<s:Body>${body}</s:Body></s:Envelope>`;
const TAMPERED = /(SignatureValue>)(.)/;

/** Of each: what is asked, and the status and the code that come of it. */
type Row = (version: SoapVersion, honest: Honest) => Asked;
const ROWS: readonly (readonly [string, Row, status: number, code: string])[] = [
  ['another path', () => ({ path: '/elsewhere', type: TYPES['1.2'], body: '<x/>' }), 404, 'peer.http-target'],
  ['another method', () => ({ method: 'PUT', type: TYPES['1.2'], body: '<x/>' }), 405, 'peer.http-method'],
  ['no content type', () => ({ body: '<x/>' }), 415, 'peer.http-content-type'],
  ['JSON', () => ({ type: 'application/json', body: '{}' }), 415, 'peer.http-content-type'],
  [
    'what says that it is compressed',
    (v) => ({ type: TYPES[v], headers: { 'content-encoding': 'gzip' }, body: '<x/>' }),
    415,
    'peer.http-content-type',
  ],
  [
    'what says that it is too long',
    (v) => ({ type: TYPES[v], headers: { 'content-length': String(LONG) }, body: '<', ends: false }),
    413,
    'peer.http-body-too-large',
  ],
  [
    'what grows too long',
    (v) => ({ type: TYPES[v], body: 'x'.repeat(LONG), ends: false }),
    413,
    'peer.http-body-too-large',
  ],
  [
    'what comes too slowly',
    (v) => ({ type: TYPES[v], body: '<s:Envelope', ends: false }),
    408,
    'peer.http-body-incomplete',
  ],
  ['no XML', (v) => ({ type: TYPES[v], body: 'hello' }), 500, 'peer.xml-malformed'],
  [
    'a cut message',
    (v, honest) => ({ type: TYPES[v], body: honest.call().octets.subarray(0, 900) }),
    500,
    'peer.xml-malformed',
  ],
  ['no envelope', (v) => ({ type: TYPES[v], body: '<x/>' }), 500, 'peer.structure-invalid'],
  ['no security', (v) => ({ type: TYPES[v], body: soap(v) }), 500, 'peer.security-header-missing'],
  [
    'an action that nobody knows, unsigned',
    (v) => ({
      type: TYPES[v],
      body: soap(
        v,
        '',
        `<s:Header><a:Action xmlns:a="http://www.w3.org/2005/08/addressing">urn:none</a:Action></s:Header>`,
      ),
    }),
    500,
    'peer.security-header-missing',
  ],
  [
    'a wrong signature',
    (v, honest) => ({ type: TYPES[v], body: changed(honest.call().octets) }),
    500,
    'peer.signature-invalid',
  ],
  [
    'what has expired',
    (v, honest) => ({ type: TYPES[v], body: honest.call(-20 * 60_000).octets }),
    500,
    'peer.timestamp-expired',
  ],
];

function changed(message: Uint8Array): Uint8Array {
  const text = new TextDecoder().decode(message);
  return new TextEncoder().encode(
    text.replace(TAMPERED, (_all, start: string, first: string) => start + (first === 'A' ? 'B' : 'A')),
  );
}

describe.each([...Object.keys(NODE), ...Object.keys(FASTIFY)])('T65: %s', (name) => {
  let server: Running;
  const clients = new Map<SoapVersion, Honest>();
  beforeAll(async () => {
    server = await running(name);
    for (const version of VERSIONS) clients.set(version, await new Honest(version).begin(server));
  });
  afterAll(async () => {
    await server.stop();
  });

  describe.each(VERSIONS)('SOAP %s', (version) => {
    test.each(ROWS)('%s', async (_name, row, status, code) => {
      const honest = clients.get(version)!;
      server.refusals.length = 0;
      const answer = await server.ask(row(version, honest));
      expect(answer.status).toBe(status);
      // Fastify has routes of its own, and says of other paths itself that they are none.
      if (!server.isFastify || status !== 404) expect(server.refusals).toMatchObject([{ status, failure: { code } }]);
      const text = new TextDecoder().decode(answer.octets);
      if (status === 500) {
        expect(answer.type).toContain(TYPES[version].split(';')[0]);
        expect(text).toContain(NAMESPACES[version]);
        expect(text).toContain('Fault>');
      } else if (!server.isFastify) expect(text).toBe('');
      await honest.works(server);
    });

    test('a message twice', async () => {
      const honest = clients.get(version)!;
      server.refusals.length = 0;
      const { octets } = honest.call();
      expect((await server.ask({ type: TYPES[version], body: octets })).status).toBe(200);
      expect((await server.ask({ type: TYPES[version], body: octets })).status).toBe(500);
      expect(server.refusals).toMatchObject([{ failure: { code: 'peer.replay' } }]);
      await honest.works(server);
    });

    test('a context of somebody else', async () => {
      const honest = clients.get(version)!;
      const other = await running(name);
      const { octets } = (await new Honest(version).begin(other)).call();
      await other.stop();
      server.refusals.length = 0;
      expect((await server.ask({ type: TYPES[version], body: octets })).status).toBe(500);
      expect(server.refusals).toMatchObject([{ failure: { code: 'peer.bad-context' } }]);
      await honest.works(server);
    });

    test('twenty that leave in the middle', async () => {
      const honest = clients.get(version)!;
      server.refusals.length = 0;
      const asked = { type: TYPES[version], body: '<s:Envelope', ends: false };
      await Promise.all(Array.from({ length: 20 }, () => server.cut(asked)));
      await vi.waitUntil(() => server.refusals.length === 20, { timeout: 20_000 });
      expect(new Set(server.refusals.map(({ failure }) => failure.code))).toEqual(
        new Set(['peer.http-body-incomplete']),
      );
      await honest.works(server);
    });
  });
});
