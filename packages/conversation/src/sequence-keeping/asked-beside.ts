/** Sequences that a message asks about beside what it is for. */
import { request } from '../sequence/destination.ts';
import type { SequenceAction } from '../sequence-wire/generation.ts';
import type { SequenceHeaders } from '../sequence-wire/headers.ts';
import type { SequenceAnswer } from './sequence-answer.ts';
import type { SessionBook } from './session-book.ts';

const NONE: readonly number[] = [];

/**
 * The ordinals of those that there are. One that is over, or is nobody's, does not keep the message from what it is for: whoever asks of it alone
 * is told. What asks and nothing else is taken by itself.
 */
export function takeAskedBeside(
  book: SessionBook,
  headers: SequenceHeaders | undefined,
  action: SequenceAction | undefined,
  nowMs: number,
): readonly number[] {
  // perf: nearly all ask nothing, and those that are sent again of their own.
  if (headers === undefined || headers.ackRequested.length === 0 || action === 'AckRequested') return NONE;
  const others = new Set(headers.ackRequested);
  if (headers.numbered !== undefined) others.delete(headers.numbered.identifier);
  const ordinals: number[] = [];
  for (const identifier of others) {
    const session = book.findInbound(identifier);
    if (session?.inbound === undefined || session.version !== headers.version) continue;
    if (session.inbound.state === 'terminated') continue;
    book.replace({ ...session, inbound: request(session.inbound, nowMs) });
    ordinals.push(session.ordinal);
  }
  return ordinals;
}

/** An answer that says, too, what has arrived beside; of no sequence twice. */
export function withArrivals(
  answer: SequenceAnswer | undefined,
  beside: SequenceAnswer | undefined,
): SequenceAnswer | undefined {
  if (answer === undefined || beside === undefined) return answer ?? beside;
  const { acknowledgements = [] } = answer.headers;
  const said = new Set(acknowledgements.map(({ identifier }) => identifier));
  const more = beside.headers.acknowledgements?.filter(({ identifier }) => !said.has(identifier)) ?? [];
  return { ...answer, headers: { ...answer.headers, acknowledgements: [...acknowledgements, ...more] } };
}
