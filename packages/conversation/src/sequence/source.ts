/** The end of a sequence that sends: which number is next, what is not acknowledged yet, what is to be sent again. */
import type { FaultCode } from '@parley/core';
import { Fault } from '@parley/core';
import type { SequenceVersion } from '../sequence-wire/generation.ts';
import type { Acknowledgement } from '../sequence-wire/headers.ts';
import { MESSAGE_NUMBER_MAX } from '../sequence-wire/message-number.ts';
import type { IncompleteBehavior } from '../sequence-wire/messages.ts';
import type { NumberRanges } from '../sequence-wire/number-ranges.ts';
import { hasNumber, highestOf, NO_NUMBERS, unionOf, withoutGap } from '../sequence-wire/number-ranges.ts';
import type { SourceEvent, SourceStateName } from './states.ts';
import { SOURCE_STATES, stateAfter } from './states.ts';

/** A message that has a number, and is not settled. */
export interface PendingMessage {
  readonly number: number;
  /** How often it was sent. */
  readonly attempts: number;
  /** When it is to be sent, if nothing is heard of it. */
  readonly dueAtMs: number;
  readonly isAcknowledged: boolean;
  /** Acknowledged or not, it is sent until its answer is here: on a connection, nothing else brings that. */
  readonly awaitsAnswer: boolean;
}

/** All of it, as plain data that does not change: each step makes another. */
export interface Source {
  readonly identifier: string;
  readonly version: SequenceVersion;
  readonly state: SourceStateName;
  /** How many messages may be under way. */
  readonly windowMax: number;
  readonly nextNumber: number;
  readonly acknowledged: NumberRanges;
  /** By number. */
  readonly pending: readonly PendingMessage[];
  /** Room at the other end, as it said last. */
  readonly bufferRemaining: number | undefined;
  /** When anything was heard of the sequence last. */
  readonly heardAtMs: number;
  readonly expiresAtMs: number | undefined;
  /** What the other end does with what it has of a sequence that ends with gaps; where it said so. */
  readonly incomplete?: IncompleteBehavior | undefined;
}

export type NewSource = Pick<Source, 'identifier' | 'version' | 'windowMax' | 'expiresAtMs' | 'incomplete'>;

/** The sending end of a sequence that the other side has granted. */
export function newSource(parts: NewSource, atMs: number): Source {
  return {
    ...parts,
    state: 'created',
    nextNumber: 1,
    acknowledged: NO_NUMBERS,
    pending: [],
    bufferRemaining: undefined,
    heardAtMs: atMs,
  };
}

/**
 * Whether another message may go: there is room in both windows, which begin with the oldest message that has not arrived. One may
 * always be under way, and finds out whether there is room.
 */
export function hasRoom({ pending, windowMax, bufferRemaining, nextNumber }: Source): boolean {
  const oldest = pending.find(({ isAcknowledged }) => !isAcknowledged)?.number ?? nextNumber;
  const isWithin = nextNumber - oldest < windowMax;
  return isWithin && pending.length < Math.min(windowMax, Math.max(bufferRemaining ?? windowMax, 1));
}

/**
 * The next number, for a message that is to be sent at once.
 * @throws Fault `caller.sequence-unusable` it is closed, or at its end; `internal.busy` a window is full
 */
export function numberNext(
  source: Source,
  { awaitsAnswer, atMs }: { readonly awaitsAnswer: boolean; readonly atMs: number },
): { readonly source: Source; readonly number: number } {
  const next = step(source, 'number');
  if (!hasRoom(source)) throw new Fault('internal.busy', { limit: 'windowMax', max: source.windowMax });
  const number = source.nextNumber;
  if (number >= MESSAGE_NUMBER_MAX)
    throw new Fault('caller.sequence-unusable', { reason: 'there are no more numbers', sequence: source.identifier });
  const message: PendingMessage = { number, attempts: 0, dueAtMs: atMs, isAcknowledged: false, awaitsAnswer };
  return { source: { ...next, nextNumber: number + 1, pending: [...next.pending, message] }, number };
}

/** A message was sent, and is sent again at `dueAtMs`, if nothing is heard of it. */
export function sent(source: Source, number: number, dueAtMs: number): Source {
  return changed(source, number, (message) => ({ ...message, attempts: message.attempts + 1, dueAtMs }));
}

/** The messages that are to be sent at `atMs`. */
export function dueMessages({ pending, state }: Source, atMs: number): readonly PendingMessage[] {
  return state === 'terminated' ? [] : pending.filter(({ dueAtMs }) => dueAtMs <= atMs);
}

export interface Acknowledged {
  readonly source: Source;
  /** Numbers that need not be kept any longer. */
  readonly settled: readonly number[];
}

/**
 * Takes an acknowledgement that was proven. One that is older than what is known takes nothing back.
 * @throws Fault `peer.sequence-acknowledgement` of numbers that were not sent; nothing has changed then
 */
export function acknowledge(source: Source, acknowledgement: Acknowledgement, atMs: number): Acknowledged {
  const { ranges, nacks, isFinal, bufferRemaining } = acknowledgement;
  const highest = source.nextNumber - 1;
  if (highestOf(ranges) > highest || nacks.some((number) => number > highest))
    throw new Fault('peer.sequence-acknowledgement', { reason: 'not sent', sequence: source.identifier });
  const next = step(source, isFinal ? 'final acknowledgement' : 'acknowledgement');
  const acknowledged = unionOf(source.acknowledged, ranges);
  const marked = next.pending.map((message) =>
    hasNumber(acknowledged, message.number)
      ? { ...message, isAcknowledged: true }
      : nacks.includes(message.number)
        ? { ...message, dueAtMs: Math.min(message.dueAtMs, atMs) }
        : message,
  );
  const known = bufferRemaining === undefined ? {} : { bufferRemaining };
  return settled({ ...next, ...known, acknowledged, pending: marked, heardAtMs: Math.max(next.heardAtMs, atMs) });
}

/** The answer to a message is here, which is as good as an acknowledgement. */
export function answer(source: Source, number: number, atMs: number): Acknowledged {
  const acknowledged = unionOf(source.acknowledged, [{ lower: number, upper: number }]);
  const answered = changed(source, number, (message) => ({ ...message, isAcknowledged: true, awaitsAnswer: false }));
  return settled({ ...answered, acknowledged, heardAtMs: Math.max(source.heardAtMs, atMs) });
}

/** A message is sent no more, acknowledged or not: whoever waited for its answer has gone. */
export function giveUpAnswer(source: Source, number: number): Acknowledged {
  return settled(changed(source, number, (message) => ({ ...message, awaitsAnswer: false })));
}

/** Whether everything that was sent is acknowledged. */
export function isAcknowledgedWhole({ acknowledged, nextNumber }: Source): boolean {
  return withoutGap(acknowledged) >= nextNumber - 1;
}

/** The last number that was given out; `undefined` before there was one. */
export function lastNumberOf({ nextNumber }: Source): number | undefined {
  return nextNumber === 1 ? undefined : nextNumber - 1;
}

/** Moves to another state. @throws Fault `caller.sequence-unusable` where that cannot be */
export function step(source: Source, event: SourceEvent): Source {
  const state = stateAfter(SOURCE_STATES, source.state, event);
  if (state === undefined)
    throw new Fault('caller.sequence-unusable', { state: source.state, event, sequence: source.identifier });
  return state === source.state ? source : { ...source, state };
}

/** How the sequence has come to its end, if it has at `atMs`: it expired, or nothing was heard for `inactivityMs`. */
export function lapseOf(source: Source, inactivityMs: number, atMs: number): FaultCode | undefined {
  const { expiresAtMs = Number.POSITIVE_INFINITY, heardAtMs, state } = source;
  if (state === 'terminated') return 'peer.sequence-terminated';
  if (atMs >= expiresAtMs) return 'peer.sequence-terminated';
  return atMs - heardAtMs >= inactivityMs ? 'peer.sequence-silent' : undefined;
}

/** The sequence as it is at `atMs`: over, if it has come to its end. */
export function lapsed(source: Source, inactivityMs: number, atMs: number): Source {
  const isOver = source.state !== 'terminated' && lapseOf(source, inactivityMs, atMs) !== undefined;
  return isOver ? step(source, 'lapse') : source;
}

function settled(source: Source): Acknowledged {
  const isSettled = ({ isAcknowledged, awaitsAnswer }: PendingMessage): boolean => isAcknowledged && !awaitsAnswer;
  return {
    source: { ...source, pending: source.pending.filter((message) => !isSettled(message)) },
    settled: source.pending.filter(isSettled).map(({ number }) => number),
  };
}

function changed(source: Source, number: number, change: (message: PendingMessage) => PendingMessage): Source {
  return {
    ...source,
    pending: source.pending.map((message) => (message.number === number ? change(message) : message)),
  };
}
