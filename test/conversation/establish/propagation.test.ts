/** Contexts that the initiator makes: taken by option only, from whoever may, with a key that nobody on the way could read. */
import type { Channel, InitiatorBootstrap, ResponderOptions } from '@parley/conversation';
import { peerProfile } from '@parley/conversation';
import { describe, expect, test } from 'vitest';
import {
  answered,
  applicationEnvelope,
  CLEAR,
  granted,
  must,
  octets,
  refusal,
  sent,
  TLS,
  text,
} from '../conversation-fixture.ts';
import { PARTIES, type Parties } from '../parties.ts';
import { keyOctets } from '../sample-context.ts';
import { call, KINDS, pair, valid } from './ways.ts';

const MAY: Partial<ResponderOptions> = { mayCreate: () => true };
const KNOWN = PARTIES.filter(({ principal }) => principal !== undefined).map(
  (parties) => [parties.name, parties] as const,
);
const BY_TLS = PARTIES[0]!;
const BY_BOTH = PARTIES[6]!;

describe.each(KINDS)('%s over SOAP %s', (...kind) => {
  test.each(KNOWN)('as a message of its own, by %s', async (_name, parties) => {
    const { channel } = parties;
    const uses: unknown[] = [];
    const mayCreate = (creation: object): boolean => uses.push(creation) > 0;
    const both = pair(parties, kind, { mayCreate }, { use: 'urn:use:orders' });
    const { place, initiator } = both;
    const request = granted(initiator.requestPropagate(channel));
    expect(initiator.awaits).toBe('messages');
    const taken = must(await place.responder.receive(valid(request.octets), channel), 'propagated');
    expect(taken).toMatchObject({ identifier: initiator.context?.identifier, principal: parties.principal });
    expect(uses).toEqual([{ principal: parties.principal, use: 'urn:use:orders' }]);
    expect(keyOctets(await place.store.get(taken.identifier))).toEqual(keyOctets(initiator.context));
    await call(both, 'one');
    const renewed = must(await place.responder.receive(sent(initiator.requestRenew(channel)), channel), 'renewed');
    granted(initiator.take(renewed.reply, channel));
    await call(both, 'two');
    const cancelled = must(await place.responder.receive(sent(initiator.requestCancel(channel)), channel), 'cancelled');
    expect(granted(initiator.take(cancelled.reply, channel))).toEqual({ kind: 'cancelled' });
  });

  test.each(KNOWN)("in the header of an application's message, by %s", async (_name, parties) => {
    const { channel } = parties;
    const both = pair(parties, kind, MAY);
    const { place, initiator, soapVersion } = both;
    const asked = initiator.requestPropagate(channel, applicationEnvelope(soapVersion, 'first'));
    // Where nothing hides a header, none with a key is sent.
    const { protectedBy, encryptKey } = parties.initiator();
    if (protectedBy === 'message' && encryptKey === undefined)
      return expect(asked).toMatchObject({ ok: false, code: 'caller.option-invalid' });
    const request = granted(asked);
    const { message } = must(await place.responder.receive(valid(request.octets), channel), 'message');
    expect(message).toMatchObject({ identifier: initiator.context?.identifier, principal: parties.principal });
    expect(text(message.body)).toContain('>first<');
    const related = (message.claimedAddressing ?? message).messageId;
    const answer = granted(await place.responder.secure(applicationEnvelope(soapVersion, 'back', related), message));
    expect(text(answered(initiator.receive(answer, request, channel)).body)).toContain('>back<');
    await call(both, 'second');
  });
});

describe('T52: a context of the initiator is refused', () => {
  const refused = async (
    options: Partial<ResponderOptions>,
    parties: Parties = BY_BOTH,
    change: (request: Uint8Array) => Uint8Array = (request) => request,
  ): Promise<string> => {
    const { place, initiator } = pair(parties, ['200512', '1.2'], options);
    const request = granted(initiator.requestPropagate(parties.channel));
    const received = await place.responder.receive(change(request.octets), parties.channel);
    if (received.kind === 'refused') {
      const told = initiator.receive(received.reply, request, parties.channel);
      expect(told).toMatchObject({ ok: false, code: 'peer.soap-fault' });
      // The responder has it not, and so the initiator has none to use.
      expect(initiator.context).toBeUndefined();
      expect(await place.store.get(/urn:uuid:[0-9a-f-]*/.exec(text(request.octets))?.[0] ?? '')).toBeUndefined();
    }
    return refusal(received);
  };

  test('unless it is said that some are taken', async () => {
    expect(await refused({})).toBe('peer.trust-request-failed');
    const { place, initiator, soapVersion } = pair(BY_BOTH, ['200512', '1.2']);
    const bringing = sent(initiator.requestPropagate(CLEAR, applicationEnvelope(soapVersion, 'x')));
    expect(refusal(await place.responder.receive(bringing, CLEAR))).toMatch(/^peer\./);
  });

  test('from whoever may not make any, and from nobody in particular', async () => {
    expect(await refused({ mayCreate: async () => false })).toBe('peer.trust-authentication-failed');
    const nobody = PARTIES.find(({ principal }) => principal === undefined)!;
    expect(await refused(MAY, nobody)).toBe('peer.trust-authentication-failed');
  });

  test('when it comes twice, or under a name that is there', async () => {
    const { place, initiator } = pair(BY_TLS, ['200512', '1.2'], MAY);
    const request = sent(initiator.requestPropagate(BY_TLS.channel));
    must(await place.responder.receive(request, BY_TLS.channel), 'propagated');
    expect(refusal(await place.responder.receive(request, BY_TLS.channel))).toBe('peer.replay');
    const name = initiator.context!.identifier;
    const other = place.initiator({ bootstrap: BY_TLS.initiator() });
    const thief = text(sent(other.requestPropagate(BY_TLS.channel))).replaceAll(other.context!.identifier, name);
    expect(refusal(await place.responder.receive(octets(thief), BY_TLS.channel))).toBe('peer.trust-invalid-token');
    expect(keyOctets(await place.store.get(name))).toEqual(keyOctets(initiator.context));
    // A tombstone is a name that is there, too.
    must(await place.responder.receive(sent(initiator.requestCancel(BY_TLS.channel)), BY_TLS.channel), 'cancelled');
    const late = place.initiator({ bootstrap: BY_TLS.initiator() });
    const reviving = text(sent(late.requestPropagate(BY_TLS.channel))).replaceAll(late.context!.identifier, name);
    expect(refusal(await place.responder.receive(octets(reviving), BY_TLS.channel))).toBe('peer.trust-invalid-token');
  });

  test('with a key that could be read on the way', async () => {
    const whole = peerProfile('parley', 'Basic256');
    const { handshake } = whole;
    const clear = { ...handshake, protection: { ...handshake.protection, encrypt: 'none' as const } };
    const profile = { ...whole, handshake: clear };
    const { encryptKey: _, ...readable }: InitiatorBootstrap = BY_BOTH.initiator();
    const { place, initiator } = pair(
      BY_BOTH,
      ['200512', '1.2'],
      { ...MAY, profile },
      { profile, bootstrap: readable },
    );
    expect(refusal(await place.responder.receive(sent(initiator.requestPropagate(CLEAR)), CLEAR))).toBe(
      'peer.coverage-missing',
    );
    // As BinarySecret in a Body that is encrypted whole, it could not.
    const hidden = pair(BY_BOTH, ['200512', '1.2'], MAY, { bootstrap: readable });
    must(await hidden.place.responder.receive(sent(hidden.initiator.requestPropagate(CLEAR)), CLEAR), 'propagated');
    // In a header it could be read: ours sends none, and one that believes in its channel is refused.
    const bring = (bootstrap: InitiatorBootstrap, channel: Channel) =>
      pair(BY_BOTH, ['200512', '1.2'], MAY, { bootstrap }).initiator.requestPropagate(
        channel,
        applicationEnvelope('1.2', 'x'),
      );
    expect(bring(readable, CLEAR)).toMatchObject({ ok: false, code: 'caller.option-invalid' });
    const inHeader = sent(bring({ ...readable, protectedBy: 'channel' }, TLS));
    expect(refusal(await hidden.place.responder.receive(inHeader, CLEAR))).toBe('peer.coverage-missing');
  });

  test.each<[string, (request: string) => string, RegExp]>([
    [
      'with an extension that nobody knows',
      (text) => text.replace('</c:SecurityContextToken>', '<x:y xmlns:x="urn:x"/></c:SecurityContextToken>'),
      /^peer\.context-unsupported$/,
    ],
    ['of another type', (text) => text.replace(/(<t:TokenType>)[^<]*/, '$1urn:other'), /^peer\.context-unsupported$/],
    [
      'with a key of another size than it says',
      (text) => text.replace(/(<t:KeySize>)256/, '$1512'),
      /^peer\.context-unsupported$/,
    ],
    [
      'with a short key',
      (text) => text.replace(/(<t:BinarySecret[^>]*>)[^<]*/, '$1AAECAwQFBgc=').replace(/(<t:KeySize>)256/, '$164'),
      /^peer\.context-unsupported$/,
    ],
    [
      'with a name that is no URI',
      (text) => text.replace(/(<c:Identifier>)[^<]*/, '$1mine'),
      /^peer\.trust-invalid-token$/,
    ],
    [
      'that is over',
      (text) => text.replace(/(<u:Expires[^>]*>)[^<]*(<\/u:Expires><\/t:Lifetime>)/, '$12001-01-01T00:00:00.000Z$2'),
      /^peer\.trust-invalid-time-range$/,
    ],
    [
      'with half a key',
      (text) => text.replace(/<t:RequestedProofToken>.*<\/t:RequestedProofToken>/, ''),
      /^peer\.trust-invalid-request$/,
    ],
  ])('%s', async (_what, change, expected) => {
    const code = await refused(MAY, BY_TLS, (request) => octets(change(text(request))));
    expect(code).toMatch(expected);
  });

  test('T55: by those who have too many', async () => {
    const { place } = pair(BY_TLS, ['200512', '1.2'], { ...MAY, contextsPerPrincipalMax: 1 });
    const bring = async (): Promise<string> => {
      const initiator = place.initiator({ bootstrap: BY_TLS.initiator() });
      return refusal(await place.responder.receive(sent(initiator.requestPropagate(BY_TLS.channel)), BY_TLS.channel));
    };
    expect([await bring(), await bring()]).toEqual(['propagated', 'internal.quota']);
  });

  test('T55: by those who say the name of their own again, to have it counted no longer', async () => {
    const { place, initiator } = pair(BY_TLS, ['200512', '1.2'], { ...MAY, contextsPerPrincipalMax: 1 });
    const take = async (request: Uint8Array) => refusal(await place.responder.receive(request, BY_TLS.channel));
    expect(await take(sent(initiator.requestPropagate(BY_TLS.channel)))).toBe('propagated');
    const more = () => place.initiator({ bootstrap: BY_TLS.initiator() });
    const again = more();
    const named = text(sent(again.requestPropagate(BY_TLS.channel)));
    const renamed = octets(named.replaceAll(again.context!.identifier, initiator.context!.identifier));
    expect(await take(renamed)).toBe('peer.trust-invalid-token');
    expect(await take(sent(more().requestPropagate(BY_TLS.channel)))).toBe('internal.quota');
  });
});

test('T85: an answer to Issue is no context of somebody', async () => {
  const { place, initiator, parties } = pair(BY_BOTH, ['200512', '1.2'], MAY);
  const issued = must(await place.responder.receive(sent(initiator.requestIssue(CLEAR)), parties.channel), 'issued');
  expect(refusal(await place.responder.receive(issued.reply, CLEAR))).toMatch(/^peer\./);
});

test('the initiator keeps a context of its own for as long as it asked for, and the responder no longer than it grants', async () => {
  const { place, initiator } = pair(BY_TLS, ['200512', '1.2'], { ...MAY, contextLifetimeMs: 60_000 });
  const request = sent(initiator.requestPropagate(BY_TLS.channel));
  const taken = must(await place.responder.receive(request, BY_TLS.channel), 'propagated');
  expect(taken.expiresAtMs).toBe(place.ambient.now + 60_000);
});
