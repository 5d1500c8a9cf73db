/** A message that has a number, each time that it is sent. */
import { Fault } from '@parley/core';
import type { Ambient } from '../exchange/ambient.ts';
import { chanceOf } from '../exchange/ambient.ts';
import { retransmissionPauseMs } from '../sequence/schedule.ts';
import type { PendingMessage, Source } from '../sequence/source.ts';
import { lapseOf, numberNext, sent } from '../sequence/source.ts';
import type { Session, SessionBook } from '../sequence-keeping/session-book.ts';
import type { SequenceSettings } from '../sequence-keeping/settings.ts';
import type { KeptMessage } from './end-session.ts';
import { requireOpen } from './open-session.ts';

/** One that is to be sent now, and what is said along with it. */
export interface Transmission extends KeptMessage {
  readonly session: SendingSession;
  readonly number: number;
  /** After which it is to be sent again. */
  readonly pauseMs: number;
  readonly isRepeat: boolean;
}

/** A session that sends. */
type SendingSession = Session & { readonly outbound: Source };

interface TransmissionScene {
  readonly settings: SequenceSettings;
  readonly ambient: Ambient;
  readonly nowMs: number;
}

/** Gives a message its number, and keeps it; it is to be sent at once. @throws Fault as {@link numberNext} */
export function firstTransmission(
  book: SessionBook,
  { envelope, awaitsAnswer }: KeptMessage & Pick<PendingMessage, 'awaitsAnswer'>,
  scene: TransmissionScene,
): Transmission {
  const { session, outbound } = requireOpen(book);
  const { source, number } = numberNext(outbound, { awaitsAnswer, atMs: scene.nowMs });
  book.keepMessage('out', session, number, { envelope } satisfies KeptMessage);
  return noted(book, { ...session, outbound: source }, { number, attempts: 0, envelope }, scene);
}

/** The next one of a message; `undefined` for one that is settled. @throws Fault as {@link requireAlive} */
export function nextTransmission(
  book: SessionBook,
  number: number,
  scene: TransmissionScene,
): Transmission | undefined {
  const { session, outbound } = requireOpen(book);
  const message = outbound.pending.find((each) => each.number === number);
  const kept = book.message('out', session, number) as KeptMessage | undefined;
  if (message === undefined || kept === undefined) return undefined;
  requireAlive(outbound, scene);
  return noted(book, { ...session, outbound }, { ...message, ...kept }, scene);
}

function noted(
  book: SessionBook,
  session: SendingSession,
  { number, attempts, envelope }: Pick<PendingMessage, 'number' | 'attempts'> & KeptMessage,
  { settings, ambient, nowMs }: TransmissionScene,
): Transmission {
  const pauseMs = retransmissionPauseMs(attempts + 1, settings, chanceOf(ambient));
  book.replace({ ...session, outbound: sent(session.outbound, number, nowMs + pauseMs) });
  return { session, number, envelope, pauseMs, isRepeat: attempts > 0 };
}

/** @throws Fault `peer.sequence-terminated`, `peer.sequence-silent` */
export function requireAlive(source: Source, { settings, nowMs }: Omit<TransmissionScene, 'ambient'>): void {
  const code = lapseOf(source, settings.inactivityMs, nowMs);
  if (code !== undefined) throw new Fault(code, { sequence: source.identifier });
}
