/** What a responder says about a sequence, without the words. */
import type { Destination } from '../sequence/destination.ts';
import { acknowledgementOf } from '../sequence/destination.ts';
import { step } from '../sequence/source.ts';
import type { SequenceVersion } from '../sequence-wire/generation.ts';
import type { SequenceHeaderParts } from '../sequence-wire/header-writer.ts';
import type { CreateSequenceResponse } from '../sequence-wire/messages.ts';
import { isAnonymous } from '../soap/envelope-writer.ts';
import type { Session } from './session-book.ts';

export type SequenceAnswer = {
  readonly headers: Pick<SequenceHeaderParts, 'version' | 'numbered' | 'acknowledgements'>;
} & (
  | { readonly action: 'CreateSequenceResponse'; readonly created: CreateSequenceResponse }
  | {
      readonly action: 'CloseSequenceResponse' | 'TerminateSequenceResponse' | 'TerminateSequence';
      readonly identifier: string;
    }
  | { readonly action: 'SequenceAcknowledgement' | 'LastMessage' }
  /** The application's answer. */
  | { readonly action: 'application'; readonly envelope: Uint8Array }
);

/** Whether what has arrived is said to an address of its own, and not on the connection. */
export function isToldElsewhere({ acksTo }: Destination): boolean {
  return !isAnonymous(acksTo);
}

/** What has arrived, on the connection. */
export function acknowledging(session: Session, inbound: Destination): SequenceAnswer | undefined {
  return acknowledgingAll(session.version, [inbound]);
}

/** The same of several sequences, but for those that are told elsewhere. */
export function acknowledgingAll(
  version: SequenceVersion,
  inbounds: readonly Destination[],
): SequenceAnswer | undefined {
  const acknowledgements = inbounds.filter((inbound) => !isToldElsewhere(inbound)).map(acknowledgementOf);
  if (acknowledgements.length === 0) return undefined;
  return { action: 'SequenceAcknowledgement', headers: { version, acknowledgements } };
}

/** What has arrived. */
export function acknowledgement({ version }: Session, inbound: Destination): SequenceAnswer {
  return { action: 'SequenceAcknowledgement', headers: { version, acknowledgements: [acknowledgementOf(inbound)] } };
}

/** The way back ends with the way there. */
export function endedOutbound(session: Session, action: 'CloseSequence' | 'TerminateSequence'): Session {
  if (action === 'CloseSequence' || session.outbound === undefined) return session;
  return { ...session, outbound: step(step(session.outbound, 'terminate'), 'terminated') };
}

/** The answer to what ends the way there. */
export function endAnswer(
  { version, outbound }: Session,
  inbound: Destination,
  action: 'CloseSequence' | 'TerminateSequence',
): SequenceAnswer | undefined {
  const headers = { version, acknowledgements: [acknowledgementOf(inbound)] };
  if (version === '200702') return { action: `${action}Response`, identifier: inbound.identifier, headers };
  // spec: nothing answers it in February 2005; interop: WCF and Metro end the way back on the same connection.
  return outbound === undefined ? undefined : { action: 'TerminateSequence', identifier: outbound.identifier, headers };
}
