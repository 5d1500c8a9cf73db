/** How an initiator ends its sequence, step by step. */
import { Fault } from '@parley/core';
import { isAcknowledgedWhole, lastNumberOf, numberNext, step } from '../sequence/source.ts';
import type { Session, SessionBook } from '../sequence-keeping/session-book.ts';
import type { SequenceEnd } from '../sequence-wire/messages.ts';
import { openSession } from './open-session.ts';

/** What is kept of a message that is not settled; the last one of 2005/02 has no envelope. */
export interface KeptMessage {
  readonly envelope: Uint8Array;
}

/** What is to be sent next: the last message of 2005/02, which has a number, or a request. */
export type EndStep =
  | { readonly lastNumber: number }
  | { readonly session: Session; readonly ending: 'close' | 'terminate'; readonly end: SequenceEnd };

/** The next step; `undefined` when the sequence has ended. @throws Fault `caller.sequence-unusable` messages are not settled yet */
export function endSession(book: SessionBook, atMs: number): EndStep | undefined {
  const session = openSession(book);
  const outbound = session?.outbound;
  if (session === undefined || outbound === undefined || outbound.state === 'terminated') return undefined;
  if (session.version === '200502' && outbound.state === 'created') {
    const { source, number } = numberNext(outbound, { awaitsAnswer: false, atMs });
    book.replace({ ...session, outbound: step(source, 'close') });
    book.keepMessage('out', session, number, { envelope: NOTHING });
    return { lastNumber: number };
  }
  if (!isAcknowledgedWhole(outbound))
    throw new Fault('caller.sequence-unusable', { reason: 'not everything is acknowledged' });
  const isClosing = outbound.state === 'created' || outbound.state === 'closing';
  const ending = isClosing && session.version === '200702' ? 'close' : 'terminate';
  const ended = book.replace({ ...session, outbound: step(outbound, ending) });
  return { session: ended, ending, end: { identifier: outbound.identifier, lastNumber: lastNumberOf(outbound) } };
}

const NOTHING = new Uint8Array(0);
