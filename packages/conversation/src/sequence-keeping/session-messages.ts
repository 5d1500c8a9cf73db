/** Messages of a responder's session that are not settled. */
import { Fault } from '@parley/core';
import type { Source } from '../sequence/source.ts';
import { acknowledge, numberNext, step } from '../sequence/source.ts';
import type { Acknowledgement } from '../sequence-wire/headers.ts';
import type { KeptIncoming, KeptOutgoing } from './kept-messages.ts';
import type { Session, SessionBook } from './session-book.ts';

/** Numbers an answer, and keeps it until it is acknowledged; without octets, it is the last message of the way back. */
export function answered(
  book: SessionBook,
  session: Session & { readonly outbound: Source },
  outgoing: KeptOutgoing,
  atMs: number,
): number {
  const { source, number } = numberNext(session.outbound, { awaitsAnswer: false, atMs });
  book.replace({ ...session, outbound: outgoing.envelope.length === 0 ? step(source, 'close') : source });
  book.keepMessage('out', session, number, outgoing);
  return number;
}

/** Keeps what becomes of a message that came in. */
export function keep(book: SessionBook, session: Session, number: number, kept: KeptIncoming): void {
  book.keepMessage('in', session, number, kept);
}

/** Keeps what the other side has no longer. @throws Fault `peer.sequence-unknown`, `peer.sequence-acknowledgement` */
export function takeAcknowledgement(book: SessionBook, acknowledgement: Acknowledgement, nowMs: number): void {
  const session = book.findOutbound(acknowledgement.identifier);
  if (session?.outbound === undefined) throw unknownSequence(acknowledgement.identifier);
  const { source, settled } = acknowledge(session.outbound, acknowledgement, nowMs);
  book.replace({ ...session, outbound: source });
  for (const number of settled) {
    const outgoing = book.message('out', session, number) as KeptOutgoing | undefined;
    book.dropMessage('out', session, number);
    if (outgoing !== undefined) book.dropMessage('in', session, outgoing.inReplyTo);
  }
}

/** There is no such sequence under this context. */
export function unknownSequence(sequence: string): Fault {
  return new Fault('peer.sequence-unknown', { sequence });
}
