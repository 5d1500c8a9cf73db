/** The session of an initiator, within one step. */
import { Fault } from '@parley/core';
import { acknowledgementOf } from '../sequence/destination.ts';
import type { Acknowledged, Source } from '../sequence/source.ts';
import { step } from '../sequence/source.ts';
import type { Session, SessionBook } from '../sequence-keeping/session-book.ts';
import type { SequenceHeaderParts } from '../sequence-wire/header-writer.ts';

/** The newest session: one that is over gives way to another. */
export function openSession(book: SessionBook): Session | undefined {
  return book.sessions.at(-1);
}

/** @throws Fault `caller.sequence-unusable` there is none */
export function requireSession(book: SessionBook): Session {
  const session = openSession(book);
  if (session === undefined) throw new Fault('caller.sequence-unusable', { reason: 'there is none' });
  return session;
}

/** @throws Fault `caller.sequence-unusable` there is none, or it is not granted */
export function requireOpen(book: SessionBook): { readonly session: Session; readonly outbound: Source } {
  const session = requireSession(book);
  const { outbound } = session;
  if (outbound === undefined) throw new Fault('caller.sequence-unusable', { reason: 'it is not granted yet' });
  return { session, outbound };
}

/** Keeps what is settled no longer. */
export function settle(book: SessionBook, session: Session, { source, settled }: Acknowledged): Session {
  for (const number of settled) book.dropMessage('out', session, number);
  return book.replace({ ...session, outbound: source });
}

/** Both ways are over. */
export function ended(session: Session): Session {
  const { inbound, outbound } = session;
  return {
    ...session,
    outbound: outbound && step(outbound, 'terminated'),
    inbound: inbound && { ...inbound, state: 'terminated' },
  };
}

/** What every message of a session says of what has arrived. */
export function arrivalsOf({ inbound, version }: Session): Pick<SequenceHeaderParts, 'version' | 'acknowledgements'> {
  return { version, acknowledgements: inbound === undefined ? [] : [acknowledgementOf(inbound)] };
}
