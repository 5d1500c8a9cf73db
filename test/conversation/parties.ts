/** Who can begin a conversation, and how each side is set up for it: a row for every bootstrap. */
import type { Channel, InitiatorBootstrap, ResponderBootstrap } from '@parley/conversation';
import {
  asymmetricSaml,
  asymmetricX509,
  certificateOverTls,
  clientCertificate,
  MemoryContextStore,
  samlByMessage,
  samlOverTls,
  sessionToken,
  symmetricX509,
  usernameOverTls,
} from '@parley/conversation';
import { algorithmSuite, Secret, type SecurityContext, Trust } from '@parley/core';
import { EncryptedKey, type KeyRecipient } from '@parley/engine';
import { AUDIENCE, ISSUER, issuerTrust, sampleAssertion } from '../engine/support/sample-assertions.ts';
import { ROOT, sampleKey } from '../engine/support/sample-keys.ts';
import { authenticate, CLEAR, octets, PASSWORD, TLS } from './conversation-fixture.ts';
import { START_MS } from './sample-context.ts';

export interface Parties {
  readonly name: string;
  readonly channel: Channel;
  readonly principal: string | undefined;
  initiator(): InitiatorBootstrap;
  responder(): ResponderBootstrap;
}

const alice = sampleKey('alice', 'rsa');
const bob = sampleKey('bob', 'rsa');
const trust = new Trust({
  anchors: [ROOT],
  intermediates: [alice.certificate, bob.certificate],
  revocation: 'if-listed',
});
const service: KeyRecipient = { certificate: bob.certificate, reference: 'thumbprint' };
const bobs = [{ certificate: bob.certificate, privateKey: bob.key.privateKey }];
const alices = [{ certificate: alice.certificate, privateKey: alice.key.privateKey }];
const credential = (passwordType: 'text' | 'digest' = 'text') => ({
  username: 'alice',
  password: Secret.copyOf(octets(PASSWORD)),
  passwordType,
});
const SUBJECT = 'CN=alice,O=Example\\, Söhne';
const assertion = (
  confirmation: Parameters<typeof sampleAssertion>[0] extends infer _ ? object | 'bearer' : never,
) => ({
  octets: sampleAssertion({
    issuedAtMs: START_MS - 60_000,
    lifetimeMs: 86_400_000,
    audiences: [AUDIENCE],
    confirmation: confirmation as 'bearer',
  }),
});
const issuers = [{ name: ISSUER, trust: issuerTrust() }];
const BEARER_NAME = `alice@example.org (${ISSUER})`;

export function session(changes: Partial<SecurityContext> = {}): SecurityContext {
  const secret = Secret.copyOf(new Uint8Array(32).fill(5));
  const expiresAtMs = START_MS + 86_400_000;
  return {
    identifier: 'urn:uuid:5e55-1011',
    version: undefined,
    suite: 'Basic256',
    keys: [{ instance: undefined, secret, createdAtMs: START_MS, expiresAtMs }],
    createdAtMs: START_MS,
    expiresAtMs,
    cancelledAtMs: undefined,
    principal: 'alice of the portal',
    ...changes,
  };
}

function sessions(): MemoryContextStore {
  const store = new MemoryContextStore();
  void store.insert(session());
  return store;
}

export const PARTIES: readonly Parties[] = [
  {
    name: 'a UsernameToken over TLS',
    channel: TLS,
    principal: 'alice',
    initiator: () => usernameOverTls.initiator(credential()),
    responder: () => usernameOverTls.responder({ authenticate }),
  },
  {
    name: 'a password digest over TLS',
    channel: TLS,
    principal: 'alice',
    initiator: () => usernameOverTls.initiator(credential('digest')),
    responder: () => usernameOverTls.responder({ authenticate: async (attempt) => authenticate(attempt) }),
  },
  {
    name: 'a TLS client certificate',
    channel: { secure: true, client: 'CN=alice' },
    principal: 'CN=alice',
    initiator: () => clientCertificate.initiator(),
    responder: () => clientCertificate.responder(),
  },
  {
    name: 'a certificate over TLS',
    channel: TLS,
    principal: SUBJECT,
    initiator: () => certificateOverTls.initiator({ signature: { key: alice.key, reference: 'direct' } }),
    responder: () => certificateOverTls.responder({ trust }),
  },
  {
    name: "the service's certificate alone",
    channel: CLEAR,
    principal: undefined,
    initiator: () => symmetricX509.initiator({ service }),
    responder: () => symmetricX509.responder({ ownKeys: bobs }),
  },
  {
    name: "the service's certificate and a user",
    channel: CLEAR,
    principal: 'alice',
    initiator: () => symmetricX509.initiator({ service, username: credential() }),
    responder: () => symmetricX509.responder({ ownKeys: bobs, authenticate }),
  },
  {
    name: "the service's certificate and an endorsing one",
    channel: CLEAR,
    principal: SUBJECT,
    initiator: () => symmetricX509.initiator({ service, endorse: { key: alice.key, reference: 'direct' } }),
    responder: () => symmetricX509.responder({ ownKeys: bobs, endorsers: trust }),
  },
  {
    name: 'a certificate on either side',
    channel: CLEAR,
    principal: SUBJECT,
    initiator: () =>
      asymmetricX509.initiator({ signature: { key: alice.key, reference: 'direct' }, service, trust, ownKeys: alices }),
    responder: () =>
      asymmetricX509.responder({ signature: { key: bob.key, reference: 'thumbprint' }, ownKeys: bobs, trust }),
  },
  {
    name: 'a bearer assertion over TLS',
    channel: TLS,
    principal: BEARER_NAME,
    initiator: () => samlOverTls.initiator({ assertion: assertion('bearer') }),
    responder: () => samlOverTls.responder({ confirmation: 'bearer', issuers, audiences: [AUDIENCE] }),
  },
  {
    name: "a holder's assertion over TLS",
    channel: TLS,
    principal: BEARER_NAME,
    initiator: () =>
      samlOverTls.initiator({
        assertion: assertion({ holder: { certificate: alice.certificate } }),
        proof: alice.key.privateKey,
      }),
    responder: () => samlOverTls.responder({ confirmation: 'holder-of-key', issuers, audiences: [AUDIENCE], trust }),
  },
  {
    name: 'a session token over TLS',
    channel: TLS,
    principal: 'alice of the portal',
    initiator: () => sessionToken.initiator(session()),
    responder: () => sessionToken.responder(sessions()),
  },
  {
    name: 'a session token that only names its context, over TLS',
    channel: TLS,
    principal: 'alice of the portal',
    initiator: () => sessionToken.initiator(session(), 'bearer'),
    responder: () => sessionToken.responder(sessions(), 'bearer'),
  },
  {
    name: 'a session token that protects',
    channel: CLEAR,
    principal: 'alice of the portal',
    initiator: () => sessionToken.initiator(session(), 'message'),
    responder: () => sessionToken.responder(sessions(), 'message'),
  },
  {
    name: "the service's certificate and a bearer assertion",
    channel: CLEAR,
    principal: BEARER_NAME,
    initiator: () => samlByMessage.initiator({ assertion: assertion('bearer'), service }),
    responder: () => samlByMessage.responder({ confirmation: 'bearer', ownKeys: bobs, issuers, audiences: [AUDIENCE] }),
  },
  {
    name: "the service's certificate and a holder's assertion that endorses",
    channel: CLEAR,
    principal: BEARER_NAME,
    initiator: () =>
      samlByMessage.initiator({
        assertion: assertion({ holder: { certificate: alice.certificate } }),
        service,
        proof: alice.key.privateKey,
      }),
    responder: () =>
      samlByMessage.responder({ confirmation: 'endorsing', ownKeys: bobs, issuers, audiences: [AUDIENCE], trust }),
  },
  {
    name: "a holder's assertion on one side, a certificate on the other",
    channel: CLEAR,
    principal: BEARER_NAME,
    initiator: () =>
      asymmetricSaml.initiator({
        assertion: assertion({ holder: { certificate: alice.certificate } }),
        holder: alices[0]!,
        service,
        trust,
      }),
    responder: () =>
      asymmetricSaml.responder({
        signature: { key: bob.key, reference: 'thumbprint' },
        ownKeys: bobs,
        issuers,
        audiences: [AUDIENCE],
      }),
  },
  {
    name: "an assertion with a holder's secret",
    channel: CLEAR,
    principal: BEARER_NAME,
    initiator: () => {
      const encryptedKey = EncryptedKey.forRecipient(service, {
        suite: algorithmSuite('Basic256'),
        fillRandom: (out) => out.fill(7),
      });
      return samlByMessage.initiator({
        assertion: assertion({ holder: { encryptedKey } }),
        proof: encryptedKey.secret,
      });
    },
    responder: () =>
      samlByMessage.responder({ confirmation: 'protecting', ownKeys: bobs, issuers, audiences: [AUDIENCE] }),
  },
];
