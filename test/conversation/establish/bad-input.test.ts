/** What is sent to establish, by every way and at every step: again, cut, changed, late, to somebody else, too long. */
import type { OutgoingRequest, Responder, ResponderOptions } from '@parley/conversation';
import { ephemeralKey, signedChallenge } from '@parley/conversation';
import { DEFAULT_LIMITS } from '@parley/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applicationEnvelope, granted, must, octets, refusal, text } from '../conversation-fixture.ts';
import { PARTIES, type Parties } from '../parties.ts';
import { sampleContext } from '../sample-context.ts';
import { KINDS, type Pair, pair } from './ways.ts';

interface Way {
  readonly name: string;
  readonly options: Partial<ResponderOptions>;
  readonly steps: (both: Pair) => Generator<OutgoingRequest, void, Uint8Array>;
}

function* legs(both: Pair): Generator<OutgoingRequest, void, Uint8Array> {
  const { initiator, parties } = both;
  let request = granted(initiator.requestIssue(parties.channel));
  for (;;) {
    const outcome = granted(initiator.receive(yield request, request, parties.channel));
    if (outcome.kind !== 'negotiating') return;
    request = outcome.next;
  }
}

const WAYS: readonly Way[] = [
  { name: 'issued', options: {}, steps: legs },
  { name: 'negotiated by ephemeral keys', options: { negotiation: ephemeralKey }, steps: legs },
  { name: 'negotiated by challenges', options: { negotiation: signedChallenge }, steps: legs },
  {
    name: 'propagated',
    options: { mayCreate: () => true },
    steps: function* ({ initiator, parties }) {
      yield granted(initiator.requestPropagate(parties.channel));
    },
  },
  {
    name: 'propagated in a header',
    options: { mayCreate: () => true },
    steps: function* ({ initiator, parties, soapVersion }) {
      yield granted(initiator.requestPropagate(parties.channel, applicationEnvelope(soapVersion, 'first')));
    },
  },
  {
    name: 'transferred',
    options: { mayTransfer: () => true },
    steps: function* ({ initiator, parties }) {
      yield granted(initiator.requestTransfer(sampleContext('urn:uuid:told', { version: undefined }), parties.channel));
    },
  },
];
const BY: readonly Parties[] = [PARTIES[0]!, PARTIES[5]!, PARTIES[6]!, PARTIES[7]!];

function mayBe({ options: { negotiation } }: Way, { initiator }: Parties): boolean {
  return negotiation?.needs !== 'message' || initiator().protectedBy === 'message';
}

async function refused(responder: Responder, message: Uint8Array, { channel }: Parties): Promise<string> {
  const received = await responder.receive(message, channel);
  const { reply } = must(received, 'refused');
  // Outward, a fault that names nothing of why.
  expect(text(reply)).toContain('Fault');
  expect(text(reply).length).toBeLessThan(3000);
  return refusal(received);
}

const OUR_FAULT = /^(?:internal|caller)\./;

describe.each(WAYS.map((way) => [way.name, way] as const))('%s', (_way, way) => {
  const rows = BY.filter((parties) => mayBe(way, parties)).map((parties) => [parties.name, parties] as const);

  test.each(rows)('T65: by %s', async (_name, parties) => {
    for (const kind of KINDS) {
      const asking = way.options.negotiation === undefined ? {} : { negotiation: way.options.negotiation };
      const both = pair(parties, kind, way.options, asking);
      // The same, and another service: with other passwords and keys, or none of theirs.
      const stranger = pair(parties, kind, { ...way.options, ...strange(parties) });
      const { place } = both;
      const steps = way.steps(both);
      let step = steps.next();
      while (step.done !== true) {
        const { octets: message } = step.value;
        const cut = fc.integer({ min: 0, max: message.length - 1 });
        const truncated = fc.asyncProperty(cut, async (at) => {
          expect(await refused(place.responder, message.subarray(0, at), parties)).not.toMatch(OUR_FAULT);
        });
        await fc.assert(truncated, { numRuns: 8, examples: [[0], [1], [message.length - 1]] });
        // What TLS alone protects is whatever it is; but for what shows who sends it.
        const proof = parties.channel.secure ? /(Password[^>]*>)(.)/ : /(CipherValue>|SignatureValue>)(.)/;
        const flipped = octets(text(message).replace(proof, toggled));
        expect(await refused(place.responder, flipped, parties)).not.toMatch(OUR_FAULT);
        const long = octets(`${text(message)}${' '.repeat(DEFAULT_LIMITS.messageBytesMax)}`);
        expect(await refused(place.responder, long, parties)).toBe('peer.limit-message-size');
        expect(await refused(stranger.place.responder, message, parties)).not.toMatch(OUR_FAULT);
        place.ambient.now += 3_600_000;
        expect(await refused(place.responder, message, parties)).toBe('peer.timestamp-expired');
        place.ambient.now -= 3_600_000;
        // After all that, it is taken; once.
        const received = await place.responder.receive(message, parties.channel);
        expect(received.kind, refusal(received)).toMatch(/^(issued|negotiating|propagated|message)$/);
        expect(await refused(place.responder, message, parties)).toBe('peer.replay');
        step = steps.next('reply' in received ? received.reply : new Uint8Array());
      }
    }
  });
});

function toggled(_all: string, name: string, first: string): string {
  return `${name}${first === 'A' ? 'B' : 'A'}`;
}

/** Whoever knows none of those who ask. */
function strange({ responder }: Parties): Partial<ResponderOptions> {
  const bootstrap = responder();
  return {
    bootstrap: {
      ...bootstrap,
      credentials: {},
      ...(bootstrap.authenticate !== undefined && { authenticate: () => undefined }),
    },
  };
}
