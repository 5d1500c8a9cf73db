/** Whole conversations, both sides ours: every bootstrap, every peer's profile, and what endpoints may ask for. */
import { loadLibxml, validate, wsSchemas } from '@parley/codec';
import type { ConversationProfile, EndpointPolicy, PeerName, SoapVersion } from '@parley/conversation';
import { PEER_NAMES, peerProfile } from '@parley/conversation';
import type { SuiteName, Version } from '@parley/core';
import { describe, expect, test } from 'vitest';
import { answered, applicationEnvelope, granted, must, text, world } from './conversation-fixture.ts';
import { PARTIES, type Parties } from './parties.ts';
import { keyOctets } from './sample-context.ts';

const KINDS: readonly [Version, SoapVersion][] = [
  ['200512', '1.1'],
  ['200512', '1.2'],
  ['200502', '1.1'],
  ['200502', '1.2'],
];
const HAS_SCHEMAS = loadLibxml().available;

/** Issue, calls, renew, calls under both keys, cancel, and no call after it; all of it valid. */
async function story(
  parties: Parties,
  profile: ConversationProfile,
  [version, soapVersion]: readonly [Version, SoapVersion],
): Promise<void> {
  const { channel } = parties;
  const place = world(version, soapVersion, { bootstrap: parties.responder(), profile });
  const initiator = place.initiator({ bootstrap: parties.initiator(), profile });
  const written: string[] = [];
  const receive = async (octets: Uint8Array) => {
    written.push(text(octets));
    // interop: CXF wants a confirmation without Value of what was not signed, against the schema.
    const isOdd = profile.handshake.confirm === 'all';
    if (HAS_SCHEMAS && !isOdd) expect(validate(octets, wsSchemas('messages'))).toEqual([]);
    const received = await place.responder.receive(octets, channel);
    if (received.kind === 'refused')
      throw new Error(`${received.failure.code} ${JSON.stringify(received.failure.detail)}`);
    if ('reply' in received) {
      written.push(text(received.reply));
      if (HAS_SCHEMAS && !isOdd) expect(validate(received.reply, wsSchemas('messages'))).toEqual([]);
    }
    return received;
  };
  const call = async (body: string): Promise<void> => {
    const request = granted(initiator.requestCall(applicationEnvelope(soapVersion, body)));
    const { message } = must(await receive(request.octets), 'message');
    expect(text(message.body)).toContain(`>${body}<`);
    expect(message.principal).toBe(parties.principal);
    const related = (message.claimedAddressing ?? message).messageId;
    const answer = granted(
      await place.responder.secure(applicationEnvelope(soapVersion, `${body} too`, related), message),
    );
    written.push(text(answer));
    expect(text(answered(initiator.receive(answer, request, channel)).body)).toContain(`>${body} too<`);
  };

  const renew = async (): Promise<void> => {
    const renewal = granted(initiator.requestRenew(channel));
    const renewed = must(await receive(renewal.octets), 'renewed');
    expect(granted(initiator.receive(renewed.reply, renewal, channel))).toEqual({ kind: 'renewed' });
    const stored = await place.store.get(issued.identifier);
    expect(keyOctets(stored, 1)).toEqual(keyOctets(initiator.context, 1));
  };

  const request = granted(initiator.requestIssue(channel));
  const issued = must(await receive(request.octets), 'issued');
  expect(issued.principal).toBe(parties.principal);
  expect(granted(initiator.receive(issued.reply, request, channel))).toEqual({ kind: 'issued' });
  expect(initiator.renewalDueAtMs).toBeGreaterThan(place.ambient.now);
  await call('one');
  const late = granted(initiator.requestCall(applicationEnvelope(soapVersion, 'late')));
  place.ambient.now += 60_000;
  await renew();
  must(await receive(late.octets), 'message');
  await call('two');
  await call('three');
  const after = granted(initiator.requestCall(applicationEnvelope(soapVersion, 'after')));
  const cancel = granted(initiator.requestCancel(channel));
  const cancelled = must(await receive(cancel.octets), 'cancelled');
  expect(granted(initiator.receive(cancelled.reply, cancel, channel))).toEqual({ kind: 'cancelled' });
  expect(initiator.awaits).toBe('nothing');
  const refused = must(await place.responder.receive(after.octets, channel), 'refused');
  expect(refused.failure.code).toBe('peer.bad-context');
  requireNewIds(written);
}

/** No two messages share an Id, apart from the issuer's for its token. */
function requireNewIds(messages: readonly string[]): void {
  const seen = new Map<string, number>();
  for (const [index, message] of messages.entries()) {
    for (const [, id = ''] of message.matchAll(/ (?:\w+:)?(?:Id|ID)="([^"]*)"/g)) {
      if (id.endsWith('-sct') || id === '_a1' || id.startsWith('_ek')) continue;
      const other = seen.get(id);
      if (other !== undefined && other !== index) throw new Error(`${id} in messages ${other} and ${index}`);
      seen.set(id, index);
    }
  }
}

describe.each(KINDS)('%s over SOAP %s', (...kind) => {
  test.each(PARTIES.map((parties) => [parties.name, parties] as const))('by %s', async (_name, parties) => {
    await story(parties, peerProfile('parley'), kind);
  });
});

const ORDERS = ['sign-then-encrypt', 'encrypt-then-sign'] as const;
const ENCRYPTED = ['body', 'body-and-signature'] as const;

describe.each(ORDERS.flatMap((order) => ENCRYPTED.map((encrypt) => ({ order, encrypt }))))(
  'begun with %o',
  (handshake) => {
    test.each(PARTIES.map((parties) => [parties.name, parties] as const))('by %s', async (_name, parties) => {
      await story(parties, peerProfile('cxf', 'Basic256', { handshake }), ['200502', '1.1']);
    });
  },
);

const ENDPOINTS: readonly [string, EndpointPolicy][] = [
  ['as it is', {}],
  ['signed only', { encrypt: 'none' }],
  ['with the signature encrypted', { encrypt: 'body-and-signature' }],
  ['encrypted first', { encrypt: 'body', order: 'encrypt-then-sign' }],
  ['confirming', { confirm: true }],
  ['by the transport', { binding: 'transport' }],
  ['by the transport, confirming', { binding: 'transport', confirm: true }],
  ['with the token outside', { token: 'external' }],
  ['without derived keys', { keys: 'direct' }],
  ['with a handshake of its own', { encrypt: 'none', handshake: { encrypt: 'body-and-signature', confirm: true } }],
  ['with a handshake that confirms nothing', { handshake: { confirm: false } }],
  ['with keys of one side', { entropy: 'any' }],
  ['in WS-Addressing 2004/08', { addressing: '2004/08' }],
];
const BY_TLS = PARTIES[0]!;
const BY_CERTIFICATE = PARTIES[5]!;
const BY_BOTH = PARTIES[6]!;

describe.each(PEER_NAMES)('as %s', (peer: PeerName) => {
  test.each(ENDPOINTS)('%s', async (_what, endpoint) => {
    await story(BY_TLS, peerProfile(peer, 'Basic256', endpoint), ['200512', '1.2']);
    // TLS is what such messages need.
    const isTransport = peer === 'wcf-mixed' || endpoint.binding === 'transport';
    if (isTransport) return;
    await story(BY_CERTIFICATE, peerProfile(peer, 'Basic256', endpoint), ['200502', '1.1']);
    const isTwofold = endpoint.order === 'encrypt-then-sign';
    if (!isTwofold) await story(BY_BOTH, peerProfile(peer, 'Basic256', endpoint), ['200512', '1.1']);
  });

  test.each<SuiteName>(['Basic128', 'Basic256Sha256', 'Basic192Rsa15', 'Basic256GCM', 'TripleDes'])(
    'under %s',
    async (suite) => {
      await story(BY_TLS, peerProfile(peer, suite), ['200512', '1.2']);
    },
  );
});
