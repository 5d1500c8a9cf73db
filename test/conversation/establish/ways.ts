/** The ways in which a context comes to be, beside Issue in one go: each as one function, whatever the bootstrap. */
import { loadLibxml, validate, wsSchemas } from '@parley/codec';
import type {
  InitiatorOptions,
  NegotiationKind,
  OutgoingRequest,
  ResponderOptions,
  SoapVersion,
} from '@parley/conversation';
import type { Version } from '@parley/core';
import { expect } from 'vitest';
import type { TestInitiator, World } from '../conversation-fixture.ts';
import { answered, applicationEnvelope, granted, must, text, world } from '../conversation-fixture.ts';
import type { Parties } from '../parties.ts';
import { keyOctets } from '../sample-context.ts';

export const KINDS: readonly [Version, SoapVersion][] = [
  ['200512', '1.2'],
  ['200502', '1.1'],
];

export interface Pair {
  readonly parties: Parties;
  readonly place: World;
  readonly initiator: TestInitiator;
  readonly soapVersion: SoapVersion;
}

export function pair(
  parties: Parties,
  [version, soapVersion]: readonly [Version, SoapVersion],
  options: Partial<ResponderOptions> = {},
  asking: Partial<InitiatorOptions> = {},
): Pair {
  const place = world(version, soapVersion, { bootstrap: parties.responder(), ...options });
  const initiator = place.initiator({ bootstrap: parties.initiator(), ...asking });
  return { parties, place, initiator, soapVersion };
}

/** What is written is what the schemas describe. */
export function valid(octets: Uint8Array): Uint8Array {
  if (loadLibxml().available) expect(validate(octets, wsSchemas('messages')), text(octets)).toEqual([]);
  return octets;
}

/** A call and its answer, under the context. */
export async function call({ place, initiator, parties, soapVersion }: Pair, body: string): Promise<void> {
  const { channel } = parties;
  const request = granted(initiator.requestCall(applicationEnvelope(soapVersion, body)));
  const { message } = must(await place.responder.receive(valid(request.octets), channel), 'message');
  expect(text(message.body)).toContain(`>${body}<`);
  const envelope = applicationEnvelope(soapVersion, `${body} too`, message.messageId);
  const answer = granted(await place.responder.secure(envelope, message));
  expect(text(answered(initiator.receive(valid(answer), request, channel)).body)).toContain(`>${body} too<`);
}

/** All legs of a negotiation, for a context or for a new key of it; gives them as they were sent. */
export async function negotiate(
  { place, initiator, parties }: Pair,
  outcome: 'issued' | 'renewed' = 'issued',
): Promise<readonly Uint8Array[]> {
  const { channel } = parties;
  const legs: Uint8Array[] = [];
  let request: OutgoingRequest = granted(
    outcome === 'issued' ? initiator.requestIssue(channel) : initiator.requestRenew(channel),
  );
  for (;;) {
    legs.push(valid(request.octets));
    const received = await place.responder.receive(request.octets, channel);
    if (received.kind !== 'negotiating') {
      const { reply, identifier } = must(received, outcome);
      legs.push(valid(reply));
      expect(granted(initiator.receive(reply, request, channel))).toEqual({ kind: outcome });
      expect(keyOctets(initiator.context)).toEqual(keyOctets(await place.store.get(identifier)));
      return legs;
    }
    legs.push(valid(received.reply));
    const leg = granted(initiator.receive(received.reply, request, channel));
    if (leg.kind !== 'negotiating') throw new Error(leg.kind);
    request = leg.next;
  }
}

/** Both sides set to negotiate. */
export function negotiating(
  parties: Parties,
  kind: readonly [Version, SoapVersion],
  negotiation: NegotiationKind,
  options: Partial<ResponderOptions> = {},
): Pair {
  return pair(parties, kind, { negotiation, ...options }, { negotiation });
}
