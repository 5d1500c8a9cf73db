/** The ways to establish under the profile of every peer, both generations, both versions of SOAP, and every suite. */
import type {
  ConversationProfile,
  InitiatorOptions,
  NegotiationKind,
  OutgoingRequest,
  PeerName,
  Received,
  ResponderOptions,
  SoapVersion,
} from '@parley/conversation';
import { ephemeralKey, PEER_NAMES, peerProfile, signedChallenge } from '@parley/conversation';
import type { SuiteName, Version } from '@parley/core';
import { SUITE_NAMES } from '@parley/core';
import { describe, expect, test } from 'vitest';
import { applicationEnvelope, granted, must, text } from '../conversation-fixture.ts';
import { PARTIES, type Parties } from '../parties.ts';
import { keyOctets } from '../sample-context.ts';
import { negotiate, type Pair, pair, valid } from './ways.ts';

const KINDS: readonly [Version, SoapVersion][] = [
  ['200512', '1.2'],
  ['200502', '1.1'],
  ['200512', '1.1'],
  ['200502', '1.2'],
];
const [BY_TLS, BY_USER, BY_BOTH] = [PARTIES[0]!, PARTIES[5]!, PARTIES[6]!];

interface Way {
  readonly name: string;
  readonly needsMessages?: boolean;
  readonly responder?: Partial<ResponderOptions>;
  readonly initiator?: Partial<InitiatorOptions>;
  /** Until both sides have the context. */
  readonly establish: (both: Pair) => Promise<unknown>;
  readonly renew?: (both: Pair) => Promise<unknown>;
}

/** To the responder and back: what both write is what the schemas describe. */
async function exchanged<K extends Received['kind']>(
  { place, parties: { channel } }: Pair,
  { octets }: OutgoingRequest,
  kind: K,
): Promise<Extract<Received, { readonly kind: K }>> {
  const received = must(await place.responder.receive(valid(octets), channel), kind);
  if ('reply' in received) valid(received.reply);
  return received;
}

async function issue(both: Pair): Promise<void> {
  const { initiator, parties } = both;
  const request = granted(initiator.requestIssue(parties.channel));
  const { reply } = await exchanged(both, request, 'issued');
  granted(initiator.receive(reply, request, parties.channel));
}

async function renew(both: Pair): Promise<void> {
  const { initiator, parties } = both;
  const request = granted(initiator.requestRenew(parties.channel));
  const { reply } = await exchanged(both, request, 'renewed');
  granted(initiator.receive(reply, request, parties.channel));
}

function negotiated(negotiation: NegotiationKind): Way {
  return {
    name: `negotiated by ${negotiation.kind}`,
    needsMessages: negotiation.needs === 'message',
    responder: { negotiation },
    initiator: { negotiation },
    establish: async (both) => await negotiate(both),
    renew: async (both) => await negotiate(both, 'renewed'),
  };
}

const WAYS: readonly Way[] = [
  negotiated(ephemeralKey),
  negotiated(signedChallenge),
  {
    name: 'propagated in a message of its own',
    responder: { mayCreate: () => true },
    establish: async (both) => {
      await exchanged(both, granted(both.initiator.requestPropagate(both.parties.channel)), 'propagated');
    },
  },
  {
    name: 'propagated in a header',
    responder: { mayCreate: () => true },
    establish: async (both) => {
      const { initiator, parties, soapVersion } = both;
      await answered(
        both,
        granted(initiator.requestPropagate(parties.channel, applicationEnvelope(soapVersion, 'first'))),
      );
    },
  },
  {
    name: 'issued with encrypted keys',
    needsMessages: true,
    responder: { keyForm: 'encrypted-key' },
    initiator: { keyForm: 'encrypted-key' },
    establish: issue,
  },
  {
    name: 'issued with an encrypted key of the issuer alone',
    needsMessages: true,
    responder: { keyForm: 'encrypted-key' },
    initiator: { keyForm: 'encrypted-key', entropy: 'none' },
    establish: issue,
  },
];

async function call(both: Pair, body: string): Promise<void> {
  await answered(both, granted(both.initiator.requestCall(applicationEnvelope(both.soapVersion, body))));
}

async function answered(both: Pair, request: OutgoingRequest): Promise<void> {
  const { place, initiator, parties, soapVersion } = both;
  const { message } = await exchanged(both, request, 'message');
  const related = (message.claimedAddressing ?? message).messageId;
  const answer = granted(await place.responder.secure(applicationEnvelope(soapVersion, 'back', related), message));
  const outcome = granted(initiator.receive(valid(answer), request, parties.channel));
  expect(outcome.kind === 'answer' && text(outcome.message.body)).toContain('>back<');
}

/** Established, used, renewed, used, ended. */
async function story(
  way: Way,
  parties: Parties,
  profile: ConversationProfile,
  kind: readonly [Version, SoapVersion],
): Promise<void> {
  const both = pair(parties, kind, { profile, ...way.responder }, { profile, ...way.initiator });
  const { place, initiator } = both;
  const { channel } = parties;
  await way.establish(both);
  const identifier = String(initiator.context?.identifier);
  expect(keyOctets(await place.store.get(identifier))).toEqual(keyOctets(initiator.context));
  await call(both, 'one');
  await (way.renew ?? renew)(both);
  await call(both, 'two');
  const cancel = granted(initiator.requestCancel(channel));
  const { reply } = await exchanged(both, cancel, 'cancelled');
  expect(granted(initiator.receive(reply, cancel, channel))).toEqual({ kind: 'cancelled' });
  expect((await place.store.get(identifier))?.cancelledAtMs).toBe(place.ambient.now);
}

const RUNS_ALL = process.env['PARLEY_ATTACKS'] === 'all';
/** A suite for each generation and version of SOAP, another one each time; or all. */
let turn = 0;
function suites(): readonly SuiteName[] {
  return RUNS_ALL ? SUITE_NAMES : [SUITE_NAMES[turn++ % SUITE_NAMES.length]!];
}

describe.each(PEER_NAMES)('as %s', (peer: PeerName) => {
  const isOverTls = peer === 'wcf-mixed';
  test.each(WAYS.map((way) => [way.name, way] as const))('%s', async (_name, way) => {
    if (isOverTls && way.needsMessages === true) {
      const profile = peerProfile(peer);
      expect(() => pair(BY_TLS, KINDS[0]!, { profile, ...way.responder }), 'nothing to encrypt with').toThrow(
        'caller.option-invalid',
      );
      return;
    }
    // Two of them, the others at the next way.
    const kinds = RUNS_ALL ? KINDS : KINDS.filter((_, index) => index % 2 === (turn >> 1) % 2);
    for (const [index, kind] of kinds.entries()) {
      const byMessage = index % 2 === 0 ? BY_USER : BY_BOTH;
      for (const suite of suites()) await story(way, isOverTls ? BY_TLS : byMessage, peerProfile(peer, suite), kind);
    }
  });
});
