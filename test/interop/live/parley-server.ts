/** Parley as the service that a peer's client calls: every endpoint at its own path, over HTTP and TLS. */
import { randomFillSync } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { TLSSocket } from 'node:tls';
import type { Received, ResponderOptions } from '@parley/conversation';
import { MemoryContextStore, Responder } from '@parley/conversation';
import type { Endpoint, Refusal, Service } from '@parley/http';
import { HttpResponder } from '@parley/http';
import type { LiveEndpoint } from './endpoints.ts';
import { ECHO, escaped } from './initiator-story.ts';
import { liveKeys } from './live-keys.ts';
import type { RunningServer } from './live-peer.ts';

const AMBIENT = {
  nowMs: (): number => Date.now(),
  fillRandom: (out: Uint8Array): void => {
    randomFillSync(out);
  },
};

/** Answers as the echo service of the Java peers. */
export const echoService: Service = ({ message }) => {
  const text = ECHO.read(new TextDecoder().decode(message.body)) ?? '';
  const payload = `<e:echoResponse xmlns:e="urn:peer:echo"><e:text>${escaped(text)}</e:text></e:echoResponse>`;
  return { action: 'urn:peer:echo:Echo:echoResponse', payload: new TextEncoder().encode(payload) };
};

export interface ParleyServer extends RunningServer {
  readonly refusals: readonly Refusal[];
  /** What each request to an endpoint was, in their order. */
  readonly received: ReadonlyMap<string, readonly Received['kind'][]>;
}

export interface ParleyServerOptions {
  readonly service?: Service;
  /** Changes of what is as the clients of the Java peers need it. */
  readonly responder?: Partial<ResponderOptions>;
}

export async function serveParley(
  endpoints: readonly LiveEndpoint[],
  { service = echoService, responder: changes = {} }: ParleyServerOptions = {},
): Promise<ParleyServer> {
  const store = new MemoryContextStore();
  const refusals: Refusal[] = [];
  const received = new Map(endpoints.map(({ name }): [string, Received['kind'][]] => [name, []]));
  const rows = endpoints.map((at): [string, Endpoint] => [
    `/${at.name}`,
    {
      service,
      responder: new WatchedResponder(received.get(at.name)!, {
        store,
        ambient: AMBIENT,
        bootstrap: at.responder(),
        profile: at.profile,
        // interop: CXF proves no possession in Renew and Cancel, and renews what is over.
        unproven: 'same-principal',
        renewGraceMs: 300_000,
        expiredKeys: 'retain',
        entropy: at.keyContribution,
        ...(at.reliable !== undefined && {
          sequences: { withoutContext: at.isContextless === true, inactivityMs: at.inactivityMs },
        }),
        ...changes,
      }),
    },
  ]);
  const secureTargets = new Set(endpoints.filter(({ isSecure }) => isSecure === true).map(({ name }) => `/${name}`));
  const responder = new HttpResponder({
    endpoints: Object.fromEntries(rows),
    isSecure: (request) => request.socket instanceof TLSSocket || secureTargets.has(request.url ?? ''),
    onRefused: (refusal) => refusals.push(refusal),
  });
  const key = readFileSync(path.join(liveKeys(), 'server.key'));
  const cert = readFileSync(path.join(liveKeys(), 'server.pem'));
  // interop: Java's client takes a connection again after minutes, and sends no POST twice where it is closed by then.
  const keepAliveTimeout = 0;
  const servers = [
    http.createServer({ keepAliveTimeout }, responder.handler),
    https.createServer({ key, cert, keepAliveTimeout }, responder.handler),
  ];
  const [plain = 0, secure = 0] = await Promise.all(servers.map(listening));
  return {
    http: `http://127.0.0.1:${plain}`,
    https: `https://127.0.0.1:${secure}`,
    refusals,
    received,
    stop: async () => {
      for (const server of servers) {
        server.close();
        server.closeAllConnections();
      }
      await Promise.all(servers.filter((server) => server.listening).map((server) => once(server, 'close')));
    },
  };
}

class WatchedResponder extends Responder {
  readonly #received: Received['kind'][];

  constructor(received: Received['kind'][], options: ResponderOptions) {
    super(options);
    this.#received = received;
  }

  override async receive(...request: Parameters<Responder['receive']>): Promise<Received> {
    const received = await super.receive(...request);
    this.#received.push(received.kind);
    return received;
  }
}

async function listening(server: http.Server | https.Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
