/** Contexts of an issuer whose services have stores of their own: told in unsolicited RSTRs, by issuers whose word counts. */
import type { Channel, ContextChange, InitiatorOptions, ResponderOptions, SoapVersion } from '@parley/conversation';
import { MemoryContextStore, peerProfile, Responder, usernameOverTls } from '@parley/conversation';
import type { Version } from '@parley/core';
import { Secret, unwrap } from '@parley/core';
import { describe, expect, test } from 'vitest';
import type { TestInitiator } from '../conversation-fixture.ts';
import {
  answered,
  applicationEnvelope,
  authenticate,
  CLEAR,
  ENDPOINT,
  granted,
  must,
  octets,
  refusal,
  sent,
  TestAmbient,
  TLS,
  text,
  world,
} from '../conversation-fixture.ts';
import { PARTIES, type Parties } from '../parties.ts';
import { keyOctets } from '../sample-context.ts';
import { KINDS, valid } from './ways.ts';

const ISSUER = 'https://host.example/issuer';

interface Place {
  readonly issuer: Responder;
  readonly service: Responder;
  readonly stores: { readonly issuer: MemoryContextStore; readonly service: MemoryContextStore };
  readonly ambient: TestAmbient;
  readonly told: Uint8Array[];
  readonly changes: ContextChange['kind'][];
  initiator(changes?: Partial<InitiatorOptions>): TestInitiator;
  tell(change: ContextChange): Promise<void>;
}

/** An issuer and a service, who know nothing of each other's stores; `parties` is how the issuer shows who it is. */
function place(
  [version, soapVersion]: readonly [Version, SoapVersion],
  parties: Parties,
  service: Partial<ResponderOptions> = { mayTransfer: () => true },
  issuer: Partial<ResponderOptions> = {},
): Place {
  const client = world(version, soapVersion, { store: new MemoryContextStore() });
  const { ambient } = client;
  const stores = { issuer: new MemoryContextStore(), service: new MemoryContextStore() };
  const profile = peerProfile('parley', 'Basic256', { policy: { endpointAddress: ENDPOINT } });
  const told: Uint8Array[] = [];
  const changes: ContextChange['kind'][] = [];
  const own = new TestAmbient('issuer as initiator');
  Object.defineProperty(own, 'now', { get: () => ambient.now });
  const atService = new Responder({
    store: stores.service,
    ambient,
    bootstrap: parties.responder(),
    profile,
    ...service,
  });
  const tell = async ({ kind, context }: ContextChange): Promise<void> => {
    changes.push(kind);
    const options = { version, soapVersion, to: ENDPOINT, ambient: own, bootstrap: parties.initiator() };
    if (kind === 'cancelled') {
      const ending = client.initiator({ ...options, context });
      const request = granted(ending.requestCancel(parties.channel));
      const { reply } = must(await atService.receive(request.octets, parties.channel), 'cancelled');
      granted(ending.receive(reply, request, parties.channel));
      return;
    }
    const teller = client.initiator(options);
    const request = granted(teller.requestTransfer(context, parties.channel));
    expect(teller.awaits).toBe('issue');
    told.push(valid(request.octets));
    const received = await atService.receive(request.octets, parties.channel);
    if (received.kind !== 'refused') return void must(received, 'propagated');
    unwrap(teller.receive(received.reply, request, parties.channel));
  };
  const asIssuer = new Responder({
    store: stores.issuer,
    ambient,
    bootstrap: usernameOverTls.responder({ authenticate }),
    scopes: [ENDPOINT],
    tellServices: tell,
    ...issuer,
  });
  const initiator = (more: Partial<InitiatorOptions> = {}): TestInitiator =>
    client.initiator({ to: ISSUER, appliesTo: ENDPOINT, ...more });
  return { issuer: asIssuer, service: atService, stores, ambient, told, changes, initiator, tell };
}

async function issueAt({ issuer }: Place, initiator: TestInitiator): Promise<string> {
  const request = granted(initiator.requestIssue(TLS));
  const issued = must(await issuer.receive(request.octets, TLS), 'issued');
  granted(initiator.receive(issued.reply, request, TLS));
  return issued.identifier;
}

async function callAt({ service }: Place, asked: TestInitiator, soapVersion: SoapVersion, channel: Channel = CLEAR) {
  const request = granted(asked.requestCall(applicationEnvelope(soapVersion, 'one')));
  const { message } = must(await service.receive(request.octets, channel), 'message');
  const answer = granted(await service.secure(applicationEnvelope(soapVersion, 'back', message.messageId), message));
  expect(text(answered(asked.receive(answer, request, channel)).body)).toContain('>back<');
  return message;
}

const KNOWN = PARTIES.filter(({ principal }) => principal !== undefined).map(
  (parties) => [parties.name, parties] as const,
);
const BY_BOTH = PARTIES[6]!;

describe.each(KINDS)('%s over SOAP %s', (...kind) => {
  test.each(KNOWN)('issued, renewed and ended at the issuer, known at the service by %s', async (_name, parties) => {
    const asked: unknown[] = [];
    const mayTransfer = (transfer: object): boolean => asked.push(transfer) > 0;
    const between = place(kind, parties, { mayTransfer });
    const { stores, issuer } = between;
    const initiator = between.initiator();
    const identifier = await issueAt(between, initiator);
    const call = async () => await callAt(between, initiator, kind[1]);
    expect((await call()).principal).toBe('alice');
    expect(asked).toEqual([{ issuer: parties.principal, principal: 'alice', use: undefined }]);
    expect(keyOctets(await stores.service.get(identifier))).toEqual(keyOctets(initiator.context));

    between.ambient.now += 60_000;
    const late = granted(initiator.requestCall(applicationEnvelope(kind[1], 'late')));
    const renewed = must(await issuer.receive(sent(initiator.requestRenew(TLS)), TLS), 'renewed');
    granted(initiator.take(renewed.reply));
    expect((await call()).instance).toBe(renewed.instance);
    must(await between.service.receive(late.octets, CLEAR), 'message');

    const after = granted(initiator.requestCall(applicationEnvelope(kind[1], 'after')));
    must(await issuer.receive(sent(initiator.requestCancel(TLS)), TLS), 'cancelled');
    expect(refusal(await between.service.receive(after.octets, CLEAR))).toBe('peer.bad-context');
    expect(between.changes).toEqual(['issued', 'renewed', 'cancelled']);
    for (const request of between.told)
      expect(refusal(await between.service.receive(request, parties.channel))).toBe('peer.replay');
  });
});

const KIND = ['200512', '1.2'] as const;

test('a context that its service was not told of is refused, and gone', async () => {
  const refusing = place(KIND, BY_BOTH, {});
  const initiator = refusing.initiator();
  const request = granted(initiator.requestIssue(TLS));
  const refused = must(await refusing.issuer.receive(request.octets, TLS), 'refused');
  expect(refused.failure.code).toBe('internal.store-unavailable');
  expect(text(refused.reply)).not.toContain('trust-request-failed');
});

test('a renewal that its service was not told of leaves the old key as it was', async () => {
  let isDown = false;
  const between = place(KIND, BY_BOTH, { mayTransfer: () => !isDown });
  const initiator = between.initiator();
  const identifier = await issueAt(between, initiator);
  isDown = true;
  const renewal = granted(initiator.requestRenew(TLS));
  expect(refusal(await between.issuer.receive(renewal.octets, TLS))).toBe('internal.store-unavailable');
  expect((await between.stores.issuer.get(identifier))?.keys).toHaveLength(1);
  await callAt(between, initiator, KIND[1]);
});

describe('T98: an issuer speaks only for whom it may', () => {
  const refusedAt = async (service: Partial<ResponderOptions>, parties: Parties = BY_BOTH): Promise<string> => {
    const between = place(KIND, parties, { mayTransfer: () => true });
    await issueAt(between, between.initiator());
    const [request = octets('')] = between.told;
    // The same message, at a service that is set otherwise.
    const other = place(KIND, parties, service);
    return refusal(await other.service.receive(request, parties.channel));
  };

  test('whoever may make contexts of his own speaks for nobody else', async () => {
    expect(await refusedAt({ mayCreate: () => true })).toBe('peer.trust-request-failed');
    expect(await refusedAt({})).toBe('peer.trust-request-failed');
    expect(await refusedAt({ mayTransfer: () => false })).toBe('peer.trust-authentication-failed');
    expect(await refusedAt({ mayTransfer: () => 'yes' as unknown as boolean })).toBe(
      'peer.trust-authentication-failed',
    );
    const forBob = { mayTransfer: ({ principal }: { readonly principal?: string | undefined }) => principal === 'bob' };
    expect(await refusedAt(forBob)).toBe('peer.trust-authentication-failed');
  });

  test('and who may speak for others makes none of his own; nobody is no issuer', async () => {
    const between = place(KIND, BY_BOTH, { mayTransfer: () => true });
    const maker = between.initiator({ to: ENDPOINT, bootstrap: BY_BOTH.initiator() });
    const own = granted(maker.requestPropagate(CLEAR));
    expect(refusal(await between.service.receive(own.octets, CLEAR))).toBe('peer.trust-request-failed');
    expect(await refusedAt({ mayTransfer: () => true }, PARTIES[4]!).catch((error: Error) => error.message)).toContain(
      'internal.store-unavailable',
    );
  });

  test('a key is added to the context of the same principal, once', async () => {
    const between = place(KIND, BY_BOTH, { mayTransfer: () => true });
    const { stores, service } = between;
    const initiator = between.initiator();
    const identifier = await issueAt(between, initiator);
    must(await between.issuer.receive(sent(initiator.requestRenew(TLS)), TLS), 'renewed');
    const renewed = await stores.issuer.get(identifier);
    const told = async (context: ContextChange['context']): Promise<string> =>
      await between.tell({ kind: 'renewed', context, scope: undefined }).then(
        () => 'taken',
        (error: { detail?: { faultCode?: string } }) => String(error.detail?.faultCode),
      );
    expect(await told(renewed!)).toBe('InvalidSecurityToken');
    const [old] = renewed!.keys;
    const another = { ...old!, instance: 'urn:uuid:another', secret: Secret.copyOf(new Uint8Array(32).fill(9)) };
    expect(await told({ ...renewed!, principal: 'bob', keys: [another] })).toBe('InvalidSecurityToken');
    expect(await told({ ...renewed!, identifier: 'urn:uuid:nowhere', keys: [another] })).toBe('BadContextToken');
    expect((await stores.service.get(identifier))?.keys).toHaveLength(2);
    await service.close();
  });
});
