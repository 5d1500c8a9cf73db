/** Contexts that the parties agree on in several legs: each proven, paired and once; the answer bound to all of them. */
import type { NegotiationKind, OutgoingRequest, ResponderOptions } from '@parley/conversation';
import { ephemeralKey, signedChallenge } from '@parley/conversation';
import { Secret } from '@parley/core';
import { describe, expect, test } from 'vitest';
import { granted, must, octets, refusal, sent, text } from '../conversation-fixture.ts';
import { PARTIES, type Parties } from '../parties.ts';
import { call, KINDS, negotiate, negotiating, type Pair, pair } from './ways.ts';

const NEGOTIATIONS: readonly NegotiationKind[] = [ephemeralKey, signedChallenge];
const BY_TLS = PARTIES[0]!;
const BY_BOTH = PARTIES[6]!;
const KIND = ['200512', '1.2'] as const;

function mayNegotiate({ initiator }: Parties, { needs }: NegotiationKind): boolean {
  return needs === 'message-or-channel' || initiator().protectedBy === 'message';
}

describe.each(NEGOTIATIONS.map((negotiation) => [negotiation.kind, negotiation] as const))(
  'by %s',
  (_kind, negotiation) => {
    const rows = PARTIES.filter((parties) => mayNegotiate(parties, negotiation)).map(
      (parties) => [parties.name, parties] as const,
    );

    describe.each(KINDS)('%s over SOAP %s', (...kind) => {
      test.each(rows)('and %s', async (_name, parties) => {
        for (const entropy of ['client', 'none'] as const) {
          const both = pair(parties, kind, { negotiation }, { negotiation, entropy });
          const legs = await negotiate(both);
          expect(legs).toHaveLength(4);
          await call(both, 'one');
          const before = both.initiator.context?.keys.length;
          expect(await negotiate(both, 'renewed')).toHaveLength(4);
          expect(both.initiator.context?.keys.length).toBe(Number(before) + 1);
          await call(both, 'two');
        }
      });
    });

    test('bootstraps that cannot protect the legs are refused, and so is one side alone', async () => {
      for (const parties of PARTIES.filter((candidate) => !mayNegotiate(candidate, negotiation)))
        expect(() => negotiating(parties, KIND, negotiation), parties.name).toThrow('caller.option-invalid');
      const { channel } = BY_BOTH;
      const asking = pair(BY_BOTH, KIND, {}, { negotiation });
      const request = sent(asking.initiator.requestIssue(channel));
      expect(refusal(await asking.place.responder.receive(request, channel))).toBe('peer.trust-request-failed');
      const asked = pair(BY_BOTH, KIND, { negotiation });
      const plain = sent(asked.initiator.requestIssue(channel));
      expect(refusal(await asked.place.responder.receive(plain, channel))).toBe('peer.negotiation-failed');
    });

    test('T57: a leg counts once, for its own exchange, in time, and of its own principal', async () => {
      const { channel } = BY_BOTH;
      const both = negotiating(BY_BOTH, KIND, negotiation);
      const legs = await negotiate(both);
      for (const leg of [legs[0]!, legs[2]!])
        expect(refusal(await both.place.responder.receive(leg, channel))).toBe('peer.replay');

      const late = await untilSecondLeg(negotiating(BY_BOTH, KIND, negotiation, { negotiationWithinMs: 30_000 }));
      late.pair.place.ambient.now += 30_001;
      const tooLate = await late.pair.place.responder.receive(late.next.octets, channel);
      expect(refusal(tooLate)).toBe('peer.negotiation-expired');
      expect(text(must(tooLate, 'refused').reply)).toContain('ExpiredData');
    });

    test('T85: answers are for the leg that they answer, and none comes back', async () => {
      const { channel } = BY_BOTH;
      const both = negotiating(BY_BOTH, KIND, negotiation);
      const { place, initiator } = both;
      const request = granted(initiator.requestIssue(channel));
      const { reply } = must(await place.responder.receive(request.octets, channel), 'negotiating');
      expect(refusal(await place.responder.receive(reply, channel))).toMatch(/^peer\./);
      expect(initiator.receive(request.octets, request, channel).ok).toBe(false);
      const next = nextOf(initiator.receive(reply, request, channel));
      // The answer to the first leg, once more, for the second.
      expect(initiator.receive(reply, next, channel).ok).toBe(false);
      expect(initiator.receive(reply, request, channel)).toMatchObject({ code: 'caller.context-unusable' });
      const { reply: last } = must(await place.responder.receive(next.octets, channel), 'issued');
      expect(granted(initiator.receive(last, next, channel))).toEqual({ kind: 'issued' });
    });
  },
);

interface Begun {
  readonly pair: Pair;
  readonly next: OutgoingRequest;
}

async function untilSecondLeg(both: Pair): Promise<Begun> {
  const { channel } = both.parties;
  const request = granted(both.initiator.requestIssue(channel));
  const { reply } = must(await both.place.responder.receive(request.octets, channel), 'negotiating');
  return { pair: both, next: nextOf(both.initiator.receive(reply, request, channel)) };
}

function nextOf(reply: ReturnType<Pair['initiator']['receive']>): OutgoingRequest {
  const outcome = granted(reply);
  if (outcome.kind !== 'negotiating') throw new Error(outcome.kind);
  return outcome.next;
}

describe('over a channel, where whoever ends it could change a leg', () => {
  const { channel } = BY_TLS;
  const changed = (message: Uint8Array, change: (text: string) => string): Uint8Array => octets(change(text(message)));

  test.each<[string, (text: string) => string]>([
    [
      'another public key',
      (body) => body.replace(/(<t:BinaryExchange[^>]*>)[^<]*/, `$1${Buffer.alloc(32, 9).toString('base64')}`),
    ],
    [
      'a public key that leaves no secret',
      (body) => body.replace(/(<t:BinaryExchange[^>]*>)[^<]*/, `$1${Buffer.alloc(32).toString('base64')}`),
    ],
    ['a short one', (body) => body.replace(/(<t:BinaryExchange[^>]*>)[^<]*/, '$1AAEC')],
    ['another kind', (body) => body.replace('urn:parley:negotiation:x25519', 'urn:other')],
    ['nothing', (body) => body.replace(/<t:BinaryExchange.*<\/t:BinaryExchange>/, '')],
  ])('%s in any leg ends the negotiation', async (_what, change) => {
    for (const which of [0, 1, 2]) {
      const { place, initiator } = negotiating(BY_TLS, KIND, ephemeralKey);
      const request = granted(initiator.requestIssue(channel));
      const first = await place.responder.receive(
        which === 0 ? changed(request.octets, change) : request.octets,
        channel,
      );
      if (first.kind === 'refused') {
        expect(which).toBe(0);
        expect(first.failure.code).toMatch(/^peer\.(negotiation-failed|key-usage)$/);
        continue;
      }
      const { reply } = must(first, 'negotiating');
      const second = initiator.receive(which === 1 ? changed(reply, change) : reply, request, channel);
      if (!second.ok) {
        expect(which).toBe(1);
        expect(second.code).toMatch(/^peer\.(negotiation-failed|key-usage|structure-invalid)$/);
        continue;
      }
      const next = nextOf(second);
      const last = await place.responder.receive(which === 2 ? changed(next.octets, change) : next.octets, channel);
      expect(refusal(last)).toMatch(/^peer\.(negotiation-failed|key-usage|trust-request-failed)$/);
      expect(initiator.context).toBeUndefined();
    }
  });

  test.each<[string, (text: string) => string]>([
    ['another hash', (body) => body.replace(/(<t:CombinedHash>)..../, '$1AAAA')],
    ['no hash', (body) => body.replace(/<t:Authenticator>.*<\/t:Authenticator>/, '')],
    ['another size of key', (body) => body.replace(/(<t:KeySize>)256/, '$1264')],
    [
      'a longer life',
      (body) => body.replace(/(<u:Expires[^>]*>)[^<]*(<\/u:Expires><\/t:Lifetime>)/, '$12100-01-01T00:00:00.000Z$2'),
    ],
  ])('%s in the last answer is noticed', async (_what, change) => {
    const { pair: both, next } = await untilSecondLeg(negotiating(BY_TLS, KIND, ephemeralKey));
    const { reply } = must(await both.place.responder.receive(next.octets, channel), 'issued');
    const taken = both.initiator.receive(changed(reply, change), next, channel);
    expect(taken).toMatchObject({
      ok: false,
      code: expect.stringMatching(/^peer\.(authenticator-mismatch|structure-invalid|key-usage)$/),
    });
    expect(both.initiator.context).toBeUndefined();
  });
});

test("T57: nobody goes on with another's exchange, nor with another of his own", async () => {
  const { channel } = BY_TLS;
  const both = negotiating(BY_TLS, KIND, ephemeralKey);
  const { place } = both;
  const alice = await untilSecondLeg(both);
  const contextOf = (leg: Uint8Array): string => /Context="([^"]*)"/.exec(text(leg))?.[1] ?? '';
  const into = (leg: Uint8Array): Uint8Array => octets(text(leg).replace(contextOf(leg), contextOf(alice.next.octets)));
  const mallory = { username: 'mallory', password: Secret.copyOf(octets('other')) };
  const thief = place.initiator({ credential: mallory, negotiation: ephemeralKey });
  const stolen = await untilSecondLeg({ ...both, initiator: thief });
  expect(refusal(await place.responder.receive(into(stolen.next.octets), channel))).toBe('peer.negotiation-expired');
  must(await place.responder.receive(alice.next.octets, channel), 'issued');

  const again = await untilSecondLeg({ ...both, initiator: place.initiator({ negotiation: ephemeralKey }) });
  const other = await untilSecondLeg({ ...both, initiator: place.initiator({ negotiation: ephemeralKey }) });
  const swapped = text(other.next.octets).replace(contextOf(other.next.octets), contextOf(again.next.octets));
  expect(refusal(await place.responder.receive(octets(swapped), channel))).toBe('peer.negotiation-failed');
});

test('T57: a leg is for a new context or for a new key, of the context that its first leg proved', async () => {
  const { channel } = BY_TLS;
  const both = negotiating(BY_TLS, KIND, ephemeralKey);
  const { place, initiator } = both;
  await negotiate(both);
  const bare = place.initiator({ context: initiator.context!, tokenId: initiator.tokenId });
  const plain = sent(bare.requestRenew(channel));
  expect(refusal(await place.responder.receive(plain, channel))).toBe('peer.negotiation-failed');

  const secondLeg = async (): Promise<OutgoingRequest> => {
    const request = granted(initiator.requestRenew(channel));
    const { reply } = must(await place.responder.receive(request.octets, channel), 'negotiating');
    return nextOf(initiator.receive(reply, request, channel));
  };
  const asIssue = octets(text((await secondLeg()).octets).replaceAll('/RSTR/SCT/Renew', '/RSTR/SCT'));
  expect(refusal(await place.responder.receive(asIssue, channel))).toBe('peer.action-mismatch');

  const tooLate = await secondLeg();
  const ending = place.initiator({ context: initiator.context!, tokenId: initiator.tokenId });
  must(await place.responder.receive(sent(ending.requestCancel(channel)), channel), 'cancelled');
  expect(refusal(await place.responder.receive(tooLate.octets, channel))).toMatch(
    /^peer\.(bad-context|unable-to-renew)$/,
  );
});

describe('T55: negotiations that wait', () => {
  const begin = async (place: Pair['place'], parties: Parties): Promise<string> => {
    const initiator = place.initiator({ bootstrap: parties.initiator(), negotiation: ephemeralKey });
    return refusal(await place.responder.receive(sent(initiator.requestIssue(parties.channel)), parties.channel));
  };
  const options: Partial<ResponderOptions> = { negotiationsMax: 8 };

  test('are bounded for each principal and forgotten after their time', async () => {
    const { place } = negotiating(BY_TLS, KIND, ephemeralKey, options);
    const outcomes: string[] = [];
    for (let round = 0; round < 4; round++) outcomes.push(await begin(place, BY_TLS));
    expect(outcomes).toEqual(['negotiating', 'negotiating', 'internal.quota', 'internal.quota']);
    place.ambient.now += 60_001;
    expect(await begin(place, BY_TLS)).toBe('negotiating');
  });
});
