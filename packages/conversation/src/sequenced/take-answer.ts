/** What an initiator makes of what comes back. */
import type { Limits } from '@parley/core';
import { Fault } from '@parley/core';
import type { OpenedMessage } from '@parley/engine';
import type { Outcome } from '../initiator/outcome.ts';
import { arrive, deliver, lapse } from '../sequence/destination.ts';
import { acknowledge, answer, newSource, step } from '../sequence/source.ts';
import type { Session, SessionBook } from '../sequence-keeping/session-book.ts';
import type { SequenceAction, SequenceVersion } from '../sequence-wire/generation.ts';
import { sequenceActionOf, sequenceVersionOf } from '../sequence-wire/generation.ts';
import type { SequenceHeaders } from '../sequence-wire/headers.ts';
import type { IncompleteBehavior } from '../sequence-wire/messages.ts';
import { readCreateSequenceResponse, readSequenceEnd } from '../sequence-wire/messages.ts';
import type { PeerFault } from '../soap/soap-fault.ts';
import { ended, requireSession, settle } from './open-session.ts';

/** What came of an answer. */
export type SequencedOutcome =
  /** The application's, to the message that was sent. */
  | { readonly kind: 'answer'; readonly message: OpenedMessage; readonly fault: PeerFault | undefined }
  /** What has arrived, and no answer; `isSettled`: the message that was sent is no longer kept. */
  | { readonly kind: 'acknowledged'; readonly isSettled: boolean }
  /** The sequence is granted; `incomplete`: what the peer does with it, should it end with gaps. */
  | { readonly kind: 'created'; readonly incomplete: IncompleteBehavior }
  | { readonly kind: 'closed' | 'terminated' };

/** The peer says that something is wrong with the sequence. */
export interface Over {
  readonly kind: 'over';
  readonly fault: PeerFault;
}

/** A proven answer, and what it was for. */
export interface Taken {
  readonly outcome: Extract<Outcome, { readonly kind: 'answer' | 'fault' }>;
  readonly headers: SequenceHeaders | undefined;
  readonly number: number | undefined;
  readonly nowMs: number;
  readonly limits: Limits;
  /** Of a sequence that is granted. */
  readonly windowMax: number;
  readonly sequenceLifetimeMs: number | undefined;
}

/**
 * Takes what came back on the connection of a message, or of a request about the sequence.
 * @throws Fault `peer.sequence-*`, `peer.addressing-mismatch`, `peer.structure-invalid`; nothing has changed then
 */
export function takeAnswer(book: SessionBook, taken: Taken): SequencedOutcome | Over {
  const { outcome, headers, number, nowMs } = taken;
  const { message } = outcome;
  const known = sequenceActionOf((message.claimedAddressing ?? message).action ?? '');
  if (known?.action === 'CreateSequenceResponse') return takeCreated(book, taken, known.version);
  const session = requireSession(book);
  const fault = sequenceFaultOf({ outcome, number }, headers);
  if (fault !== undefined) {
    if (session.outbound !== undefined && ENDING_FAULTS.includes(fault.faultCode))
      book.replace({ ...session, outbound: step(session.outbound, 'fault') });
    return { kind: 'over', fault };
  }
  return takeProven(book, takeAcknowledgements(book, session, headers, nowMs), known, taken);
}

/**
 * Takes what has arrived at the other end.
 * @throws Fault `peer.sequence-unknown`, `peer.sequence-acknowledgement`
 */
export function takeAcknowledgements(
  book: SessionBook,
  session: Session,
  headers: SequenceHeaders | undefined,
  nowMs: number,
): Session {
  let acknowledged = session;
  for (const acknowledgement of headers?.acknowledgements ?? []) {
    const { outbound } = acknowledged;
    if (acknowledgement.identifier !== outbound?.identifier) throw unknown(acknowledgement.identifier);
    acknowledged = settle(book, acknowledged, acknowledge(outbound, acknowledgement, nowMs));
  }
  return acknowledged;
}

function takeProven(
  book: SessionBook,
  before: Session,
  known: { readonly action: SequenceAction; readonly version: SequenceVersion } | undefined,
  taken: Taken,
): SequencedOutcome {
  const { outcome, headers, number, nowMs } = taken;
  const { message } = outcome;
  let session = before;
  if (headers?.numbered !== undefined) {
    const inbound = session.inbound && lapse(session.inbound, Number.POSITIVE_INFINITY, nowMs);
    if (inbound?.identifier !== headers.numbered.identifier) throw unknown(headers.numbered.identifier);
    const arrived = arrive(inbound, headers.numbered, nowMs);
    const { arrival } = arrived;
    const { destination } = arrived;
    const handed = arrival === 'new' ? deliver(destination, headers.numbered.number) : destination;
    session = book.replace({ ...session, inbound: handed });
    if (arrival !== 'new') return acknowledged(session, number);
  }
  if (known !== undefined) return takeEnd(book, session, known, taken);
  const isAwaited = number !== undefined && session.outbound?.pending.some((each) => each.number === number);
  if (!isAwaited || session.outbound === undefined) return acknowledged(session, number);
  settle(book, session, answer(session.outbound, number, nowMs));
  return { kind: 'answer', message, fault: outcome.kind === 'fault' ? outcome.fault : undefined };
}

/** What is about the sequence alone. */
function takeEnd(
  book: SessionBook,
  session: Session,
  { action, version }: { readonly action: SequenceAction; readonly version: SequenceVersion },
  { outcome: { message }, number, limits }: Taken,
): SequencedOutcome {
  const { outbound } = session;
  if (action === 'CloseSequenceResponse' || action === 'TerminateSequenceResponse') {
    const { identifier } = readSequenceEnd(message.body, version, action, limits);
    if (outbound === undefined || identifier !== outbound.identifier) throw unknown(identifier);
    const isClose = action === 'CloseSequenceResponse';
    book.replace(isClose ? { ...session, outbound: step(outbound, 'closed') } : ended(session));
    return { kind: isClose ? 'closed' : 'terminated' };
  }
  if (action === 'TerminateSequence') {
    const { identifier } = readSequenceEnd(message.body, version, action, limits);
    if (identifier !== session.inbound?.identifier) throw unknown(identifier);
    if (outbound?.state !== 'terminating') throw new Fault('peer.sequence-terminated', { sequence: identifier });
    book.replace(ended(session));
    return { kind: 'terminated' };
  }
  return acknowledged(session, number);
}

function takeCreated(
  book: SessionBook,
  { outcome: { message }, limits, windowMax, sequenceLifetimeMs, nowMs }: Taken,
  version: SequenceVersion,
): SequencedOutcome {
  const relatesTo = (message.claimedAddressing ?? message).relatesTo;
  const session = book.sessions.find(({ createId }) => createId === relatesTo);
  if (session === undefined || session.outbound !== undefined)
    throw new Fault('peer.addressing-mismatch', { header: 'RelatesTo' });
  const { identifier, lifetimeMs, incomplete, accept } = readCreateSequenceResponse(message.body, version, limits);
  // spec: no longer than was asked for (WS-RM 1.2 §3.4).
  const granted = [lifetimeMs, sequenceLifetimeMs].filter((each) => each !== undefined);
  const expiresAtMs = granted.length === 0 ? undefined : nowMs + Math.min(...granted);
  const outbound = newSource({ identifier, version, windowMax, expiresAtMs, incomplete }, nowMs);
  // An offer that is not accepted brings nothing back.
  book.replace({ ...session, outbound, inbound: accept === undefined ? undefined : session.inbound });
  return { kind: 'created', incomplete };
}

/** All but the refusal of a new one, and of a message without one. */
const ENDING_FAULTS: readonly string[] = [
  'SequenceTerminated',
  'UnknownSequence',
  'SequenceClosed',
  'MessageNumberRollover',
  'InvalidAcknowledgement',
  'LastMessageNumberExceeded',
];
const SEQUENCE_FAULTS: readonly string[] = [...ENDING_FAULTS, 'CreateSequenceRefused', 'WSRMRequired', 'WsrmRequired'];

/** A fault about sequences; and, where no message of the application was sent, any. */
function sequenceFaultOf(
  { outcome, number }: Pick<Taken, 'outcome' | 'number'>,
  headers: SequenceHeaders | undefined,
): PeerFault | undefined {
  if (outcome.kind !== 'fault') return undefined;
  const { fault } = outcome;
  if (headers?.fault !== undefined) return { ...fault, faultCode: headers.fault.faultCode };
  // What only a QName in a text needs, no exclusive canonical form declares.
  const isOurs = sequenceVersionOf(fault.faultNamespace) !== undefined || fault.faultNamespace === 'unknown';
  return number === undefined || (isOurs && SEQUENCE_FAULTS.includes(fault.faultCode)) ? fault : undefined;
}

function acknowledged({ outbound }: Session, number: number | undefined): SequencedOutcome {
  const isSettled = number !== undefined && outbound?.pending.some((each) => each.number === number) === false;
  return { kind: 'acknowledged', isSettled };
}

function unknown(sequence: string): Fault {
  return new Fault('peer.sequence-unknown', { sequence });
}
