/** A service and clients on real sockets of the loopback, with keys of the tests. */

import { randomFillSync } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import type {
  ConversationProfile,
  PasswordAttempt,
  PoolMaker,
  ResponderBootstrap,
  ResponderOptions,
} from '@parley/conversation';
import {
  asymmetricX509,
  MemoryContextStore,
  passwordMatches,
  peerProfile,
  Responder,
  symmetricX509,
  usernameOverTls,
} from '@parley/conversation';
import type { SuiteName } from '@parley/core';
import { Certificate, CertifiedKey, DEFAULT_LIMITS, PrivateKey, Secret, Trust } from '@parley/core';
import type { ConnectOptions, HttpResponderOptions, Refusal, SecuredEndpoint, Service } from '@parley/http';
import { HttpResponder } from '@parley/http';

export const AMBIENT = {
  nowMs: (): number => Date.now(),
  fillRandom: (out: Uint8Array): void => {
    randomFillSync(out);
  },
};
export const PASSWORD = 'correct horse';

const KEYS = new URL('../../benchmarks/messages/keys/', import.meta.url);
const pem = (name: string): Buffer => readFileSync(new URL(`${name}.pem`, KEYS));
const certificates = (name: string): readonly Certificate[] => Certificate.readPem(pem(name), DEFAULT_LIMITS);
const ROOT = certificates('root');
const [ALICE] = certificates('alice');
const [BOB] = certificates('bob');

const privateKey = (name: string): PrivateKey =>
  PrivateKey.read({ format: 'pem', bytes: pem(`${name}-private`) }, { uses: ['signature', 'encryption'] });
const own = (name: 'alice' | 'bob') => ({
  certificate: name === 'alice' ? ALICE! : BOB!,
  privateKey: privateKey(name),
});
const certified = (name: 'alice' | 'bob'): CertifiedKey =>
  CertifiedKey.of(privateKey(name), [name === 'alice' ? ALICE! : BOB!]);
const trust = (): Trust => new Trust({ anchors: ROOT, intermediates: [ALICE!, BOB!], revocation: 'if-listed' });

/** What a client needs beside the URL, and what the server does. */
export interface Way {
  readonly scheme: 'http' | 'https';
  readonly client: Pick<ConnectOptions, 'bootstrap' | 'secure'>;
  readonly server: ResponderBootstrap;
  /** Default: Basic256, which signs with RSA-SHA1. */
  readonly suite?: SuiteName;
}

export function authenticate(attempt: PasswordAttempt): string | undefined {
  const isRight = passwordMatches(attempt, new TextEncoder().encode(PASSWORD));
  return attempt.username === 'alice' && isRight ? 'alice' : undefined;
}

const credential = { username: 'alice', password: Secret.copyOf(new TextEncoder().encode(PASSWORD)) };
const service = { certificate: BOB!, reference: 'thumbprint' } as const;

/** Ways to begin, by name. */
export const WAYS: Readonly<Record<string, () => Way>> = {
  'username over TLS': () => ({
    scheme: 'https',
    client: { bootstrap: usernameOverTls.initiator(credential) },
    server: usernameOverTls.responder({ authenticate }),
  }),
  'the service’s certificate': () => ({
    scheme: 'http',
    client: { bootstrap: symmetricX509.initiator({ service }) },
    server: symmetricX509.responder({ ownKeys: [own('bob')] }),
  }),
  'the service’s certificate and a user': () => ({
    scheme: 'http',
    client: { bootstrap: symmetricX509.initiator({ service, username: credential }) },
    server: symmetricX509.responder({ ownKeys: [own('bob')], authenticate }),
  }),
  'two certificates': () => ({
    scheme: 'http',
    suite: 'Basic256Sha256',
    client: {
      bootstrap: asymmetricX509.initiator({
        signature: { key: certified('alice'), reference: 'direct' },
        service,
        trust: trust(),
        ownKeys: [own('alice')],
      }),
    },
    server: asymmetricX509.responder({
      signature: { key: certified('bob'), reference: 'thumbprint' },
      ownKeys: [own('bob')],
      trust: trust(),
    }),
  }),
};

export interface RunningService {
  readonly url: string;
  readonly tls: ConnectOptions['tls'];
  readonly refusals: Refusal[];
  readonly http: HttpResponder;
  readonly store: MemoryContextStore;
  readonly responder: Responder;
  stop(): Promise<void>;
}

/** Answers with what it was asked; told to fail, it does. */
export const echo: Service = ({ message }) => {
  const text = new TextDecoder().decode(message.body);
  if (text.includes('fail')) throw new Error('the application has a secret');
  const [payload = ''] = /<\w+:Echo[\s>].*<\/\w+:Echo>/s.exec(text) ?? [];
  return { action: `${message.action}Response`, payload: new TextEncoder().encode(payload) };
};

export async function serve(
  way: Way,
  profile: ConversationProfile = peerProfile('parley', way.suite),
  options: Partial<HttpResponderOptions> = {},
  service: Service = echo,
  pool?: PoolMaker,
  more: Partial<ResponderOptions> = {},
  toPeers: Pick<SecuredEndpoint, 'deliver'> = {},
): Promise<RunningService> {
  const refusals: Refusal[] = [];
  const store = new MemoryContextStore();
  const responder = new Responder({ store, ambient: AMBIENT, bootstrap: way.server, profile, pool, ...more });
  const endpoint = new HttpResponder({
    endpoints: { '/echo': { responder, service, ...toPeers } },
    onRefused: (refusal) => refusals.push(refusal),
    ...options,
  });
  const server =
    way.scheme === 'https'
      ? https.createServer({ cert: pem('bob'), key: pem('bob-private') }, endpoint.handler)
      : http.createServer(endpoint.handler);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `${way.scheme}://127.0.0.1:${port}/echo`,
    // The certificate of the tests names no host.
    tls: { ca: pem('root'), checkServerIdentity: () => undefined },
    refusals,
    http: endpoint,
    store,
    responder,
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
      await responder.close();
    },
  };
}

export function payload(text: string): Uint8Array {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return new TextEncoder().encode(`<e:Echo xmlns:e="urn:app">${escaped}</e:Echo>`);
}
