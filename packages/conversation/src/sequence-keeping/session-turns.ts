/** Which message of a responder's session is handed over next, by whom, and what is said when that is done. */
import type { OpenedMessage } from '@parley/engine';
import type { Destination } from '../sequence/destination.ts';
import { acknowledgementOf, deliver, nextReadyNumber } from '../sequence/destination.ts';
import type { Shift } from '../sequence/lease.ts';
import { isHeldBy, leaseOf, mayHandOver } from '../sequence/lease.ts';
import type { Source } from '../sequence/source.ts';
import { hasRoom } from '../sequence/source.ts';
import type { SequenceVersion } from '../sequence-wire/generation.ts';
import type { Numbered } from '../sequence-wire/headers.ts';
import type { KeptIncoming, KeptOutgoing } from './kept-messages.ts';
import type { SequenceAnswer } from './sequence-answer.ts';
import { acknowledging, isToldElsewhere } from './sequence-answer.ts';
import type { Turn } from './sequence-step.ts';
import type { Session, SessionBook } from './session-book.ts';
import { answered, keep, unknownSequence } from './session-messages.ts';

/** Of an answer that is the end of the way back, and nothing else. */
const NOTHING = new Uint8Array(0);

/** A session that receives. */
export type Receiving = Session & { readonly inbound: Destination };

/** The session whose messages come in under that name. @throws Fault `peer.sequence-unknown` there is none of that name, or it is of the other generation */
export function receivingSession(
  book: SessionBook,
  identifier: string,
  version: SequenceVersion | undefined,
): Receiving {
  const session = book.findInbound(identifier);
  if (session?.inbound === undefined || session.version !== version) throw unknownSequence(identifier);
  return { ...session, inbound: session.inbound };
}

/** A message that is in no record yet. */
export interface AtHand {
  readonly number: number;
  readonly message: OpenedMessage | undefined;
}

/** The next message of a session, whose lease is `shift`'s from now on; `undefined` where there is none, or somebody else is at work. */
export function takeTurn(
  book: SessionBook,
  session: Session,
  shift: Shift,
  nowMs: number,
  atHand?: AtHand,
): Turn | undefined {
  const { inbound, outbound, lease } = session;
  if (inbound === undefined || !mayHandOver(lease, shift, nowMs)) return undefined;
  const number = nextReadyNumber(inbound);
  // Nothing is begun whose answer there would be no room for.
  if (number === undefined || (outbound?.state === 'created' && !hasRoom(outbound))) return undefined;
  const isAtHand = number === atHand?.number;
  const kept = isAtHand ? undefined : (book.message('in', session, number) as KeptIncoming | undefined);
  // safety: what has arrived and is not there any more is not passed over as if the application had had it.
  if (!isAtHand && kept === undefined) return undefined;
  const message = isAtHand ? atHand.message : kept?.kind === 'waiting' ? kept.message : undefined;
  const next = leaseOf(shift, nowMs);
  book.replace({ ...session, lease: next });
  return { number, message, identifier: inbound.identifier, untilMs: next.untilMs };
}

/** The session, whose lease is over if it was `shift`'s. */
export function released(session: Session, shift: Shift): Session {
  return isHeldBy(session.lease, shift) ? { ...session, lease: undefined } : session;
}

/** The application is done with a message, for the first time; gives what is said in return. */
export function settleDone(
  book: SessionBook,
  session: Receiving,
  number: number,
  envelope: Uint8Array | undefined,
  { windowMax, nowMs }: { readonly windowMax: number; readonly nowMs: number },
): SequenceAnswer | undefined {
  const inbound = deliver(session.inbound, number);
  const ended = book.replace({ ...session, inbound });
  const isLast = inbound.lastNumber === number && envelope === undefined && session.version === '200502';
  const { outbound } = session;
  if (outbound?.state === 'created' && (envelope !== undefined || isLast)) {
    const outgoing = { envelope: envelope ?? NOTHING, inReplyTo: number };
    const answer = answered(book, { ...ended, outbound }, outgoing, nowMs);
    keep(book, session, number, { kind: 'answered', answer });
    return answerOf({ ...ended, inbound, outbound }, answer, outgoing);
  }
  if (envelope !== undefined && outbound === undefined) {
    keep(book, session, number, { kind: 'answered-plainly', envelope });
    // Nothing tells when such an answer has arrived; who still waits for one that old has given up.
    book.dropMessage('in', session, number - windowMax);
    return plainAnswerOf({ ...ended, inbound }, envelope);
  }
  book.dropMessage('in', session, number);
  return acknowledging(ended, inbound);
}

/** What is said in return to a numbered message, as things are: its answer, if it is there, or what has arrived. */
export function answerTo(book: SessionBook, session: Receiving, number: number): SequenceAnswer | undefined {
  const { inbound, outbound } = session;
  const kept = book.message('in', session, number) as KeptIncoming | undefined;
  if (kept?.kind === 'answered-plainly') return plainAnswerOf({ ...session, inbound }, kept.envelope);
  if (kept?.kind !== 'answered' || outbound === undefined) return acknowledging(session, inbound);
  const outgoing = book.message('out', session, kept.answer) as KeptOutgoing | undefined;
  if (outgoing === undefined) return acknowledging(session, inbound);
  return answerOf({ ...session, inbound, outbound }, kept.answer, outgoing);
}

/** It goes back on a connection, so that it is sent again only when its request is. */
function answerOf(
  session: Receiving & { readonly outbound: Source },
  number: number,
  { envelope }: KeptOutgoing,
): SequenceAnswer {
  const isLast = envelope.length === 0;
  const numbered: Numbered = { identifier: session.outbound.identifier, number, isLast };
  const headers = { ...headersOf(session), numbered };
  return isLast ? { action: 'LastMessage', headers } : { action: 'application', envelope, headers };
}

function plainAnswerOf(session: Receiving, envelope: Uint8Array): SequenceAnswer {
  return { action: 'application', envelope, headers: headersOf(session) };
}

function headersOf({ version, inbound }: Receiving): Pick<SequenceAnswer['headers'], 'version' | 'acknowledgements'> {
  return { version, acknowledgements: isToldElsewhere(inbound) ? [] : [acknowledgementOf(inbound)] };
}
