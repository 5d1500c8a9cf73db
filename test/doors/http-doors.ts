import {
  MemoryContextStore,
  MemoryRecords,
  peerProfile,
  Responder,
  systemAmbient,
  usernameOverTls,
} from '@parley/conversation';
import { contextOf, Secret } from '@parley/core';
import type { ConnectOptions, Conversation, EndContextOptions, HttpResponderOptions } from '@parley/http';
import { connect, endContext, HttpResponder, httpDelivery, post, ToldServices } from '@parley/http';
import { parleyEndpoints } from '@parley/http/fastify';
import { fastify } from 'fastify';
import { Agent } from 'undici';
import { NOW_MS, sampleEnvelope } from '../engine/support/sample.ts';
import { sampleKey } from '../engine/support/sample-keys.ts';
import { type Door, door } from './door.ts';
import { unusedPort } from './unused-port.ts';

/** Where nobody listens: what is right about a call is refused by that alone. */
const URL_TEXT = `http://127.0.0.1:${await unusedPort()}/`;
const UNREACHED = /^peer\.http-failed$/;

const dispatcher = new Agent();
const bootstrap = usernameOverTls.initiator({
  username: 'alice',
  password: Secret.copyOf(new TextEncoder().encode('correct horse')),
});
const ambient = { nowMs: () => NOW_MS, fillRandom: systemAmbient.fillRandom };
const live = (): ReturnType<typeof contextOf> =>
  contextOf({
    identifier: 'urn:uuid:1',
    secret: new Uint8Array(32).fill(7),
    version: '200512',
    createdAtMs: NOW_MS,
    expiresAtMs: NOW_MS + 3_600_000,
  });
const responder = new Responder({
  store: new MemoryContextStore(),
  ambient,
  bootstrap: usernameOverTls.responder({ authenticate: () => 'alice' }),
});
const { signal } = new AbortController();
const reached = {
  version: '200512',
  soapVersion: '1.2',
  ambient,
  profile: peerProfile('parley'),
  to: 'urn:there',
  tls: {},
  dispatcher,
  secure: true,
  answerTimeoutMs: 1000,
  answerBytesMax: 1000,
} as const;
const connectOptions = {
  ...reached,
  bootstrap,
  issuer: URL_TEXT,
  establish: 'issued',
  renew: true,
  reestablish: true,
  cancel: false,
  reliable: {
    windowMax: 10,
    inactivityMs: 1000,
    keepAliveMs: 500,
    retransmitAfterMs: 100,
    retransmitAfterMaxMs: 1000,
    sequenceLifetimeMs: 10_000,
    sequenceVersion: '200702',
    name: 'orders',
    attemptTimeoutMs: 1000,
  },
  onFailedRenewal: () => undefined,
  signal,
  keySizeBits: 256,
  entropy: 'client',
  contextLifetimeMs: 60_000,
  openRequestsMax: 10,
} as const satisfies ConnectOptions;
const responderOptions = {
  endpoints: {
    '/orders': { responder, service: () => undefined },
    '/plain': { plain: async () => ({ status: 202, octets: new Uint8Array(0) }) },
    '/ends': { conversations: () => [] },
  },
  isSecure: () => true,
  clientOf: () => undefined,
  addressOf: () => undefined,
  onRefused: () => undefined,
  telemetry: {},
  bodyBytesMax: 1000,
  bodyTimeoutMs: 1000,
  incompleteBytesMax: 1000,
  requestsMax: 10,
  handshakesMax: 10,
} as const satisfies HttpResponderOptions;

/** One that goes on with a context, so that nothing was said yet. */
async function under<T>(use: (conversation: Conversation) => Promise<T>): Promise<T> {
  const conversation = await connect(URL_TEXT, {
    bootstrap,
    ambient,
    dispatcher,
    secure: true,
    cancel: false,
    context: live(),
  });
  try {
    return await use(conversation);
  } finally {
    await conversation.close();
  }
}

const payload = new TextEncoder().encode('<e:Echo xmlns:e="urn:app"/>');
const channel = {
  secure: true,
  client: 'CN=alice',
  address: '192.0.2.1',
  soapAction: 'urn:app:Echo',
  soapVersion: '1.2',
} as const;
const closing = { end: (conversation: Conversation) => conversation.close() };

export const HTTP_DOORS: Readonly<Record<string, Door>> = {
  'http.HttpResponder#drain': door((delayMs: number) => new HttpResponder(responderOptions).drain(delayMs), [1]),
  'http.connect': door((...given: Parameters<typeof connect>) => connect(...given), [URL_TEXT, connectOptions], {
    open: ['1.ambient', '1.bootstrap', '1.tls'],
    whole: ['1.profile', '1.bootstrap'],
    kept: ['1.to'],
    refused: UNREACHED,
    ...closing,
  }),
  'http.Conversation#call': door(
    (...given: Parameters<Conversation['call']>) => under((conversation) => conversation.call(...given)),
    ['urn:app:Echo', payload, { signal }],
    { refused: UNREACHED },
  ),
  'http.Conversation#send': door(
    (...given: Parameters<Conversation['send']>) => under((conversation) => conversation.send(...given)),
    ['urn:app:Echo', payload, { signal }],
    { refused: UNREACHED },
  ),
  'http.Conversation#amend': door(
    (...given: Parameters<Conversation['amend']>) => under((conversation) => conversation.amend(...given)),
    [{ key: sampleKey('alice', 'rsa').key, reference: 'direct' }, { signal }],
    { refused: UNREACHED },
  ),
  'http.Conversation#resume': door(
    (...given: Parameters<Conversation['resume']>) => under((conversation) => conversation.resume(...given)),
    [() => undefined],
  ),
  'http.Conversation#receiveRequest': door(
    (...given: Parameters<Conversation['receiveRequest']>) =>
      under((conversation) => conversation.receiveRequest(...given)),
    [sampleEnvelope(), channel],
    { refused: /^peer\./ },
  ),
  'http.Conversation#ready': door(
    (...given: Parameters<Conversation['ready']>) => under((conversation) => conversation.ready(...given)),
    [signal],
  ),
  'http.endContext': door(
    (...given: Parameters<typeof endContext>) => endContext(...given),
    [
      responder,
      'urn:uuid:1',
      {
        url: URL_TEXT,
        to: 'urn:there',
        dispatcher,
        tls: {},
        secure: true,
        signal,
        soapVersion: '1.2',
        version: '200512',
        answerTimeoutMs: 1000,
        answerBytesMax: 1000,
      } satisfies EndContextOptions,
    ],
    { open: ['2.tls'], refused: /^caller\.context-unusable$/ },
  ),
  'http.ToldServices': door(
    (...given: ConstructorParameters<typeof ToldServices>) => new ToldServices(...given),
    [{ 'urn:service': { ...reached, url: URL_TEXT, bootstrap, use: 'urn:use' } }, { records: new MemoryRecords() }],
    {
      open: ['0', '0.urn:service.ambient', '0.urn:service.bootstrap', '0.urn:service.tls'],
      whole: ['0.urn:service.profile', '0.urn:service.bootstrap'],
      end: (told: ToldServices) => told.close(),
    },
  ),
  'http.post': door(
    (...given: Parameters<typeof post>) => post(...given),
    [
      new URL(URL_TEXT),
      { octets: payload, soapVersion: '1.2', soapAction: 'urn:app:Echo' },
      dispatcher,
      { answerTimeoutMs: 1000, answerBytesMax: 1000 },
      signal,
    ],
    { refused: UNREACHED },
  ),
  'http.httpDelivery': door(
    (options: Parameters<typeof httpDelivery>[0]) => httpDelivery(options),
    [{ dispatcher, answerTimeoutMs: 1000, onFailed: () => undefined }],
  ),
  'http.HttpResponder': door((options: HttpResponderOptions) => new HttpResponder(options), [responderOptions], {
    open: ['0.endpoints'],
  }),
  'http.parleyEndpoints': door(
    async (options: HttpResponderOptions) => {
      await using app = fastify();
      await new Promise<void>((resolve, reject) => {
        parleyEndpoints(app, options, (error) => (error === undefined ? resolve() : reject(error)));
      });
    },
    [responderOptions],
    { open: ['0.endpoints'] },
  ),
};

export const HTTP_REASONS: Readonly<Record<string, string>> = {
  'http.Conversation': 'made by connect',
};
