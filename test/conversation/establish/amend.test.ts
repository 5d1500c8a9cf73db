/** Amend: what endorses a request under a context is added to it, where a policy says so; the key stays. */
import type { AmendmentPolicy, AmendmentRequest } from '@parley/conversation';
import { peerProfile } from '@parley/conversation';
import { Trust } from '@parley/core';
import type { CertificateSignature } from '@parley/engine';
import { describe, expect, test } from 'vitest';
import { AUDIENCE, ISSUER, issuerTrust, sampleAssertion } from '../../engine/support/sample-assertions.ts';
import { ROOT, sampleKey } from '../../engine/support/sample-keys.ts';
import { applicationEnvelope, granted, must, octets, refusal, sent, text } from '../conversation-fixture.ts';
import { PARTIES } from '../parties.ts';
import { keyOctets, START_MS } from '../sample-context.ts';
import { call, KINDS, type Pair, pair, valid } from './ways.ts';

const alice = sampleKey('alice', 'rsa');
const trust = new Trust({ anchors: [ROOT], intermediates: [alice.certificate], revocation: 'if-listed' });
const endorse: CertificateSignature = { key: alice.key, reference: 'direct' };
const SUBJECT = 'CN=alice,O=Example\\, Söhne';
const BY_TLS = PARTIES[0]!;
const ROWS = PARTIES.map((parties) => [parties.name, parties] as const);

function addingSubject(seen: AmendmentRequest[] = [], expiresAtMs?: number): AmendmentPolicy {
  return {
    trust,
    decide: (request) => {
      seen.push(request);
      return { claims: [...request.claims, request.endorser], expiresAtMs };
    },
  };
}

async function established(both: Pair): Promise<Pair> {
  const { channel } = both.parties;
  const issued = must(
    await both.place.responder.receive(sent(both.initiator.requestIssue(channel)), channel),
    'issued',
  );
  granted(both.initiator.take(issued.reply, channel));
  return both;
}

describe.each(KINDS)('%s over SOAP %s', (...kind) => {
  test.each(ROWS)('by %s', async (_name, parties) => {
    const { channel } = parties;
    const seen: AmendmentRequest[] = [];
    const both = await established(pair(parties, kind, { amend: addingSubject(seen, START_MS + 30 * 60_000) }));
    const { place, initiator } = both;
    const key = keyOctets(initiator.context);
    const request = granted(initiator.requestAmend(endorse, channel));
    expect(initiator.awaits).toBe('amend-response');
    const amended = must(await place.responder.receive(valid(request.octets), channel), 'amended');
    expect(amended).toMatchObject({ claims: [SUBJECT], expiresAtMs: START_MS + 30 * 60_000 });
    expect(seen).toMatchObject([{ principal: parties.principal, claims: [], endorser: SUBJECT }]);
    expect(granted(initiator.receive(valid(amended.reply), request, channel))).toEqual({ kind: 'amended' });
    expect(place.evicted).toEqual([amended.identifier]);
    const stored = await place.store.get(amended.identifier);
    expect(stored).toMatchObject({ claims: [SUBJECT], expiresAtMs: initiator.context?.expiresAtMs });
    expect([keyOctets(stored), keyOctets(initiator.context)]).toEqual([key, key]);
    await call(both, 'after');
    const after = sent(initiator.requestCall(applicationEnvelope(kind[1], 'x')));
    expect(must(await place.responder.receive(after, channel), 'message').claims).toEqual([SUBJECT]);
    expect(refusal(await place.responder.receive(request.octets, channel))).toBe('peer.replay');
  });
});

test('by the assertion of an issuer, whose holder endorses', async () => {
  const issuers = [{ name: ISSUER, trust: issuerTrust() }];
  const amend: AmendmentPolicy = {
    issuers,
    audiences: [AUDIENCE],
    trust,
    decide: ({ endorser }) => ({ claims: [endorser] }),
  };
  const { place, initiator, parties } = await established(pair(BY_TLS, ['200512', '1.2'], { amend }));
  const assertion = {
    octets: sampleAssertion({
      issuedAtMs: START_MS - 60_000,
      lifetimeMs: 3_600_000,
      audiences: [AUDIENCE],
      confirmation: { holder: { certificate: alice.certificate } },
    }),
  };
  const request = sent(initiator.requestAmend({ assertion, proof: alice.key.privateKey }, parties.channel));
  const amended = must(await place.responder.receive(request, parties.channel), 'amended');
  expect(amended.claims).toEqual([`alice@example.org (${ISSUER})`]);
});

describe('T54: an Amend is refused', () => {
  const { channel } = BY_TLS;
  const refused = async (
    amend: AmendmentPolicy | undefined,
    change: (text: string) => string = (body) => body,
  ): Promise<string> => {
    const { place, initiator } = await established(pair(BY_TLS, ['200512', '1.2'], { amend }));
    const request = sent(initiator.requestAmend(endorse, channel));
    const code = refusal(await place.responder.receive(octets(change(text(request))), channel));
    expect(await place.store.get(initiator.context!.identifier)).not.toHaveProperty('claims');
    return code;
  };

  test('where nothing is amended, and where the policy says no', async () => {
    expect(await refused(undefined)).toBe('peer.trust-request-failed');
    expect(await refused({ trust, decide: () => undefined })).toBe('peer.trust-authentication-failed');
  });

  test('by whom nobody trusts', async () => {
    const strangers = new Trust({ anchors: [sampleKey('mallory', 'rsa').certificate], revocation: 'if-listed' });
    expect(await refused({ trust: strangers, decide: () => ({ claims: ['x'] }) })).toMatch(/^peer\./);
  });

  test('without an endorsement, or with one of another message', async () => {
    // Where the signatures can be seen.
    const profile = peerProfile('parley', 'Basic256', { encrypt: 'body' });
    const amend = addingSubject();
    const { place, initiator } = await established(pair(BY_TLS, ['200512', '1.2'], { amend, profile }, { profile }));
    const one = text(sent(initiator.requestAmend(endorse, channel)));
    const other = text(sent(initiator.requestAmend(endorse, channel)));
    const values = (message: string): string[] =>
      [...message.matchAll(/<(?:\w+:)?SignatureValue>[^<]*/g)].map(([value]) => value);
    const [mine, theirs] = [values(one).at(-1)!, values(other).at(-1)!];
    expect(refusal(await place.responder.receive(octets(one.replace(mine, theirs)), channel))).toMatch(/^peer\./);
    // A call under the context, said to be an Amend.
    const plain = sent(initiator.requestCall(applicationEnvelope('1.2', 'x')));
    const posing = text(plain).replace(
      'urn:app:Echo',
      'http://docs.oasis-open.org/ws-sx/ws-trust/200512/RST/SCT/Amend',
    );
    expect(refusal(await place.responder.receive(octets(posing), channel))).toMatch(/^peer\./);
  });

  test('when the context has been renewed meanwhile, or is over', async () => {
    const { place, initiator } = await established(pair(BY_TLS, ['200512', '1.2'], { amend: addingSubject() }));
    const asked = granted(initiator.requestAmend(endorse, channel));
    initiator.forget(asked);
    const request = asked.octets;
    const renewed = must(await place.responder.receive(sent(initiator.requestRenew(channel)), channel), 'renewed');
    granted(initiator.take(renewed.reply, channel));
    expect(refusal(await place.responder.receive(request, channel))).toBe('peer.bad-context');
    const late = granted(initiator.requestAmend(endorse, channel));
    initiator.forget(late);
    must(await place.responder.receive(sent(initiator.requestCancel(channel)), channel), 'cancelled');
    expect(refusal(await place.responder.receive(late.octets, channel))).toBe('peer.bad-context');
  });
});
