/** Whole conversations at endpoints that nobody has written down: every combination that a policy can have, drawn at random. */
import type { EndpointPolicy, PeerName, SoapVersion } from '@parley/conversation';
import { PEER_NAMES, peerProfile } from '@parley/conversation';
import type { SuiteName, Version } from '@parley/core';
import { SUITE_NAMES } from '@parley/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { applicationEnvelope, granted, must, text } from './conversation-fixture.ts';
import { pair } from './establish/ways.ts';
import { PARTIES, type Parties } from './parties.ts';

interface Drawn {
  readonly peer: PeerName;
  readonly suite: SuiteName;
  readonly version: Version;
  readonly soapVersion: SoapVersion;
  readonly endpoint: EndpointPolicy;
  readonly parties: Parties;
  readonly entropy: 'client' | 'none';
  readonly contextAttribute: 'sent' | 'omitted';
  readonly keySizeBits: number | undefined;
}

const flag = fc.boolean();
const encrypt = fc.constantFrom('none', 'body', 'body-and-signature');
const order = fc.constantFrom('sign-then-encrypt', 'encrypt-then-sign');
const endpoint: fc.Arbitrary<EndpointPolicy> = fc.record(
  {
    encrypt,
    order,
    keys: fc.constantFrom('explicit', 'implied', 'direct'),
    token: fc.constantFrom('attached', 'external'),
    confirm: flag,
    addressing: fc.constantFrom('1.0', '2004/08'),
    mustUnderstandAddressing: flag,
    handshake: fc.record({ encrypt, order, confirm: flag }, { requiredKeys: [] }),
    policy: fc.record({ layout: fc.constantFrom('lax') }, { requiredKeys: [] }),
  },
  { requiredKeys: [] },
);
const drawn: fc.Arbitrary<Drawn> = fc.record({
  peer: fc.constantFrom(...PEER_NAMES),
  suite: fc.constantFrom(...SUITE_NAMES),
  version: fc.constantFrom('200512', '200502'),
  soapVersion: fc.constantFrom('1.1', '1.2'),
  endpoint,
  parties: fc.constantFrom(...PARTIES),
  entropy: fc.constantFrom('client', 'none'),
  contextAttribute: fc.constantFrom('sent', 'omitted'),
  keySizeBits: fc.constantFrom(undefined, 128, 192, 256, 384, 512),
});

/** Issue, a call, renew, a call, cancel; `undefined` if all went well. */
async function failureOf(choice: Drawn): Promise<string | undefined> {
  const { parties, version, soapVersion, entropy, contextAttribute, keySizeBits } = choice;
  const profile = peerProfile(choice.peer, choice.suite, choice.endpoint);
  const both = pair(parties, [version, soapVersion], { profile }, { profile, entropy, contextAttribute, keySizeBits });
  const { place, initiator } = both;
  const channel = { ...parties.channel, secure: true };
  const call = async (): Promise<void> => {
    const request = granted(initiator.requestCall(applicationEnvelope(soapVersion, 'one')));
    const { message } = must(await place.responder.receive(request.octets, channel), 'message');
    const related = (message.claimedAddressing ?? message).messageId;
    const answer = granted(await place.responder.secure(applicationEnvelope(soapVersion, 'back', related), message));
    const outcome = granted(initiator.receive(answer, request, channel));
    expect(outcome.kind === 'answer' && text(outcome.message.body)).toContain('>back<');
  };
  try {
    const request = granted(initiator.requestIssue(channel));
    const { reply } = must(await place.responder.receive(request.octets, channel), 'issued');
    granted(initiator.receive(reply, request, channel));
    await call();
    const renewal = granted(initiator.requestRenew(channel));
    const renewed = must(await place.responder.receive(renewal.octets, channel), 'renewed');
    granted(initiator.receive(renewed.reply, renewal, channel));
    await call();
    const cancel = granted(initiator.requestCancel(channel));
    const cancelled = must(await place.responder.receive(cancel.octets, channel), 'cancelled');
    granted(initiator.receive(cancelled.reply, cancel, channel));
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** What cannot be written is said at once, by name; what is written, the other side takes. */
const TOLD_AT_ONCE = /^caller\.option-invalid /;
const RUNS = process.env['PARLEY_ATTACKS'] === 'all' ? 1000 : 50;

test('whatever a policy says, both sides mean the same', { timeout: 1_800_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(drawn, async (choice) => {
      // How an issuer hides a secret is its own choice: that of the tests knows no RSA 1.5.
      fc.pre(!(choice.parties.name.includes("holder's secret") && choice.suite.endsWith('Rsa15')));
      const failure = await failureOf(choice);
      if (failure !== undefined) expect(failure).toMatch(TOLD_AT_ONCE);
    }),
    { numRuns: RUNS },
  );
});
