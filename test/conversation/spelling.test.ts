// A value is its characters, however they are written and whatever they are: all that two sides say to each other in a
// conversation, with any characters of it written as references, and with addresses that can be written in no other way.
import type { InitiatorOptions } from '@parley/conversation';
import { passwordMatches, peerProfile } from '@parley/conversation';
import { Secret, type Version } from '@parley/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { choices, respelt } from '../engine/support/respelt.ts';
import { anyText, type TextsOf, trimmedText } from '../engine/support/text-fields.ts';
import { applicationEnvelope, granted, issue, must, octets, sent, TLS, text, world } from './conversation-fixture.ts';

const GENERATIONS = ['200512', '200502'] as const satisfies readonly Version[];

describe.each(GENERATIONS)('a whole conversation in %s', (version) => {
  test('goes on as it would, with any characters written as references', async () => {
    await fc.assert(
      fc.asyncProperty(choices, async (isChosen) => {
        const place = world(version, '1.2');
        const initiator = place.initiator({ appliesTo: 'urn:app?a&b', contextLifetimeMs: 3_600_000 });
        const toResponder = (message: Uint8Array) => place.responder.receive(respelt(message, isChosen), TLS);
        const toInitiator = (message: Uint8Array) => granted(initiator.take(respelt(message, isChosen)));

        const issued = must(await toResponder(sent(initiator.requestIssue(TLS))), 'issued');
        expect(toInitiator(issued.reply).kind).toBe('issued');
        const call = sent(initiator.requestCall(applicationEnvelope('1.2', 'a & b')));
        const { message } = must(await toResponder(call), 'message');
        expect(text(message.body)).toContain('a &amp; b');
        const answer = applicationEnvelope('1.2', '<c>', message.messageId);
        expect(toInitiator(granted(await place.responder.secure(answer, message)))).toMatchObject({ kind: 'answer' });
        const renewed = must(await toResponder(sent(initiator.requestRenew(TLS))), 'renewed');
        expect(toInitiator(renewed.reply).kind).toBe('renewed');
        const cancelled = must(await toResponder(sent(initiator.requestCancel(TLS))), 'cancelled');
        expect(toInitiator(cancelled.reply).kind).toBe('cancelled');
      }),
      { numRuns: 12, examples: [[() => true]] },
    );
  });
});

/** What an initiator can be given as text, and what the responder makes of it; a field that is not here does not compile. A token's Id is a name. */
type InitiatorText = TextsOf<Omit<InitiatorOptions, 'tokenId'>> | 'username' | 'password';
const FIELDS: Readonly<Record<InitiatorText, fc.Arbitrary<string>>> = {
  to: trimmedText,
  issuer: trimmedText,
  appliesTo: trimmedText,
  use: trimmedText,
  username: anyText,
  password: anyText,
};

describe.each(GENERATIONS)('whatever an initiator is given arrives as it is, in %s', (version) => {
  test('addresses, names and passwords', async () => {
    await fc.assert(
      fc.asyncProperty(fc.record(FIELDS), async ({ to, appliesTo, username, password }) => {
        const place = world(version, '1.2', {
          profile: peerProfile('parley', 'Basic256', { policy: { endpointAddress: to } }),
          authenticate: (attempt) =>
            attempt.username === username && passwordMatches(attempt, octets(password)) ? attempt.username : undefined,
        });
        const credential = { username, password: Secret.copyOf(octets(password)) };
        const initiator = place.initiator({ to, appliesTo, credential });
        const identifier = await issue(place, initiator);
        expect(await place.store.get(identifier)).toMatchObject({ principal: username });
      }),
      { numRuns: 40 },
    );
  });
});
