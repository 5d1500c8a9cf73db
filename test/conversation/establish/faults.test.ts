/** Every fault of WS-SecureConversation §9 and WS-Trust §11: raised where it belongs, and understood by the other side. */
import type { Received, ResponderOptions } from '@parley/conversation';
import {
  ephemeralKey,
  MemoryContextStore,
  saysContextIsLost,
  sessionToken,
  usernameOverTls,
} from '@parley/conversation';
import type { SecurityContext } from '@parley/core';
import { Secret, Trust } from '@parley/core';
import { VERSION_URIS } from '@parley/core/internal';
import { describe, expect, test } from 'vitest';
import { ROOT, sampleKey } from '../../engine/support/sample-keys.ts';
import { applicationEnvelope, authenticate, granted, must, octets, sent, TLS, text } from '../conversation-fixture.ts';
import { PARTIES } from '../parties.ts';
import { START_MS } from '../sample-context.ts';
import { KINDS, type Pair, pair } from './ways.ts';

type Kind = (typeof KINDS)[number];
type Change = (message: string) => string;

const BY_TLS = PARTIES[0]!;
const alice = sampleKey('alice', 'rsa');
const endorse = { key: alice.key, reference: 'direct' } as const;
const trust = new Trust({ anchors: [ROOT], intermediates: [alice.certificate], revocation: 'if-listed' });

function asked(kind: Kind, options: Partial<ResponderOptions> = {}, asking = {}): Pair {
  return pair(BY_TLS, kind, options, asking);
}

async function issued(kind: Kind, options: Partial<ResponderOptions> = {}, asking = {}): Promise<Pair> {
  const both = asked(kind, options, asking);
  const reply = must(await both.place.responder.receive(sent(both.initiator.requestIssue(TLS)), TLS), 'issued');
  granted(both.initiator.take(reply.reply));
  return both;
}

async function answerTo({ place }: Pair, message: Uint8Array, change: Change = (body) => body): Promise<Received> {
  return await place.responder.receive(octets(change(text(message))), TLS);
}

async function toIssue(
  kind: Kind,
  change: Change,
  options?: Partial<ResponderOptions>,
  asking = {},
): Promise<Received> {
  const both = asked(kind, options, asking);
  return await answerTo(both, sent(both.initiator.requestIssue(TLS)), change);
}

async function toCall(kind: Kind, change: Change): Promise<Received> {
  const both = await issued(kind);
  return await answerTo(both, sent(both.initiator.requestCall(applicationEnvelope(kind[1], 'x'))), change);
}

async function propagated(kind: Kind, change: Change, mayCreate = true): Promise<Received> {
  const both = asked(kind, { mayCreate: () => mayCreate });
  return await answerTo(both, sent(both.initiator.requestPropagate(TLS)), change);
}

async function twicePropagated(kind: Kind): Promise<Received> {
  const both = asked(kind, { mayCreate: () => true });
  const first = sent(both.initiator.requestPropagate(TLS));
  must(await answerTo(both, first), 'propagated');
  const other = both.place.initiator();
  const second = sent(other.requestPropagate(TLS));
  const [name, taken] = [other.context!.identifier, both.initiator.context!.identifier];
  return await answerTo(both, second, (body) => body.replaceAll(name, taken));
}

async function afterExpiry(kind: Kind, what: 'requestCall' | 'requestRenew', asking: object): Promise<Received> {
  const both = await issued(kind, { contextLifetimeMs: 600_000 }, asking);
  both.place.ambient.now += 599_000;
  const call = sent(both.initiator.requestCall(applicationEnvelope(kind[1], 'x')));
  both.place.ambient.now += 2_000;
  return await answerTo(both, what === 'requestCall' ? call : sent(both.initiator.requestRenew(TLS)));
}

async function underOldSession(kind: Kind): Promise<Received> {
  const session: SecurityContext = {
    identifier: 'urn:uuid:5e55-1011',
    version: undefined,
    suite: 'Basic256',
    keys: [
      {
        instance: undefined,
        secret: Secret.copyOf(new Uint8Array(32).fill(5)),
        createdAtMs: START_MS,
        expiresAtMs: START_MS + 1_000,
      },
    ],
    createdAtMs: START_MS,
    expiresAtMs: START_MS + 1_000,
    cancelledAtMs: undefined,
    principal: 'alice of the portal',
  };
  const sessions = new MemoryContextStore();
  await sessions.insert(session);
  const both = asked(
    kind,
    { bootstrap: sessionToken.responder(sessions) },
    { bootstrap: sessionToken.initiator(session) },
  );
  const request = sent(both.initiator.requestIssue(TLS));
  both.place.ambient.now += 2_000;
  return await answerTo(both, request);
}

async function lateLeg(kind: Kind): Promise<Received> {
  const both = asked(kind, { negotiation: ephemeralKey }, { negotiation: ephemeralKey });
  const request = granted(both.initiator.requestIssue(TLS));
  const { reply } = must(await answerTo(both, request.octets), 'negotiating');
  const outcome = granted(both.initiator.receive(reply, request, TLS));
  if (outcome.kind !== 'negotiating') throw new Error(outcome.kind);
  both.place.ambient.now += 61_000;
  return await answerTo(both, outcome.next.octets);
}

async function amended(kind: Kind, options: Partial<ResponderOptions>): Promise<Received> {
  const both = await issued(kind, options);
  return await answerTo(both, sent(both.initiator.requestAmend(endorse, TLS)));
}

const unrequested: Change = (body) => body.replaceAll(':RequestSecurityToken', ':RequestOfNothing');
const genericRenew: Change = (body) => body.replace('/RST/SCT<', '/RST/Renew<');
const dangling: Change = (body) => body.replace(/(<c:DerivedKeyToken.*?<o:Reference[^>]*URI=")[^"]*/, '$1#nothing');
const overLifetime: Change = (body) =>
  body.replace(/(<u:Expires[^>]*>)[^<]*(<\/u:Expires><\/t:Lifetime>)/, '$12001-01-01T00:00:00.000Z$2');
const extended: Change = (body) =>
  body.replace('</c:SecurityContextToken>', '<x:y xmlns:x="urn:x"/></c:SecurityContextToken>');
const same: Change = (body) => body;

const FAULTS: readonly [prefix: 'wsc' | 'wst', code: string, raise: (kind: Kind) => Promise<Received>][] = [
  [
    'wsc',
    'BadContextToken',
    (kind) =>
      toCall(kind, (body) => body.replaceAll(/urn:uuid:[0-9a-f-]{36}(?=<\/c:Identifier>|" )/g, 'urn:uuid:nobodys')),
  ],
  ['wsc', 'UnsupportedContextToken', (kind) => propagated(kind, extended)],
  ['wsc', 'UnknownDerivationSource', (kind) => toCall(kind, dangling)],
  ['wsc', 'RenewNeeded', (kind) => afterExpiry(kind, 'requestCall', { renewable: 'after-expiry' })],
  ['wsc', 'UnableToRenew', (kind) => afterExpiry(kind, 'requestRenew', {})],
  ['wst', 'InvalidRequest', (kind) => toIssue(kind, (body) => body.replace('>256<', '>1<'))],
  ['wst', 'FailedAuthentication', (kind) => amended(kind, { amend: { trust, decide: () => undefined } })],
  ['wst', 'RequestFailed', (kind) => amended(kind, {})],
  ['wst', 'InvalidSecurityToken', twicePropagated],
  ['wst', 'AuthenticationBadElements', (kind) => toIssue(kind, same, { negotiation: ephemeralKey })],
  ['wst', 'BadRequest', (kind) => toIssue(kind, unrequested)],
  ['wst', 'ExpiredData', lateLeg],
  ['wst', 'InvalidTimeRange', (kind) => toIssue(kind, overLifetime, {}, { contextLifetimeMs: 600_000 })],
  ['wst', 'InvalidScope', (kind) => toIssue(kind, same, { scopes: ['urn:here'] }, { appliesTo: 'urn:elsewhere' })],
  ['wst', 'RenewNeeded', underOldSession],
  ['wst', 'UnableToRenew', (kind) => toIssue(kind, genericRenew)],
];

describe.each(KINDS)('%s over SOAP %s', (version, soapVersion) => {
  test.each(FAULTS)('%s:%s', async (prefix, faultCode, raise) => {
    const refused = must(await raise([version, soapVersion]), 'refused');
    const faultNamespace = VERSION_URIS[version][prefix === 'wsc' ? 'conversation' : 'trust'];
    const { initiator } = asked([version, soapVersion]);
    const request = granted(initiator.requestIssue(TLS));
    // The same answer, to a request that still waits.
    const related = text(refused.reply).replace(/(<a:RelatesTo[^>]*>)[^<]*/, `$1${request.messageId}`);
    const told = initiator.receive(octets(related), request, TLS);
    expect(told, refused.failure.code).toMatchObject({
      code: 'peer.soap-fault',
      detail: { faultCode, faultNamespace },
    });
    const isLost = ['BadContextToken', 'RenewNeeded'].includes(faultCode);
    expect(!told.ok && saysContextIsLost(told)).toBe(isLost);
    // Nothing is said beside the code.
    expect(text(refused.reply)).not.toMatch(/:Security[ >]|:Detail/);
  });
});

test('the scopes of an issuer are those that it names, and a request may name none', async () => {
  const scopes = ['urn:here'];
  const [kind] = KINDS;
  expect((await toIssue(kind!, same, { scopes }, { appliesTo: 'urn:here' })).kind).toBe('issued');
  expect((await toIssue(kind!, same, { scopes })).kind).toBe('issued');
  expect((await toIssue(kind!, same, {}, { appliesTo: 'urn:elsewhere' })).kind).toBe('issued');
});

test('a context of an issuer serves at the service that it is for, where the store is the same', async () => {
  const store = new MemoryContextStore();
  const bootstrap = usernameOverTls.responder({ authenticate });
  const issuer = asked(
    ['200512', '1.2'],
    { store, bootstrap, scopes: ['https://host.example/service'] },
    { appliesTo: 'https://host.example/service' },
  );
  const given = must(await answerTo(issuer, sent(issuer.initiator.requestIssue(TLS))), 'issued');
  granted(issuer.initiator.take(given.reply));
  const service = asked(['200512', '1.2'], { store, bootstrap });
  const { context, tokenId, tokenElement } = issuer.initiator;
  const caller = service.place.initiator({ context: context!, tokenId, tokenElement });
  const call = sent(caller.requestCall(applicationEnvelope('1.2', 'there')));
  expect(must(await answerTo(service, call), 'message').message.principal).toBe('alice');
});
