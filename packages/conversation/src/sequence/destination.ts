/** The end of a sequence that receives: what has arrived, what may be handed over, what is acknowledged. */
import type { FaultCode } from '@parley/core';
import { Fault } from '@parley/core';
import type { SequenceVersion } from '../sequence-wire/generation.ts';
import type { Acknowledgement, Numbered } from '../sequence-wire/headers.ts';
import type { IncompleteBehavior } from '../sequence-wire/messages.ts';
import type { NumberRanges } from '../sequence-wire/number-ranges.ts';
import { countOf, hasNumber, highestOf, NO_NUMBERS, withNumber, withoutGap } from '../sequence-wire/number-ranges.ts';
import type { DestinationEvent, DestinationStateName } from './states.ts';
import { DESTINATION_STATES, stateAfter } from './states.ts';

/** In which order messages are handed over: by their numbers, or as they come. */
export type DeliveryOrder = 'in-order' | 'unordered';

/** All of it, as plain data that does not change: each step makes another. */
export interface Destination {
  readonly identifier: string;
  readonly version: SequenceVersion;
  readonly state: DestinationStateName;
  readonly order: DeliveryOrder;
  /** What becomes of messages behind a gap when the sequence has ended. */
  readonly incomplete: IncompleteBehavior;
  /** How many messages may wait here to be handed over. */
  readonly windowMax: number;
  /** Where acknowledgements go. */
  readonly acksTo: string;
  /** Numbers that are here, or were. */
  readonly received: NumberRanges;
  /** Of these, those that the application is done with. */
  readonly delivered: NumberRanges;
  /** The last number, once the other end has told it. */
  readonly lastNumber: number | undefined;
  /** When a message of the sequence, or about it, came last. */
  readonly heardAtMs: number;
  readonly expiresAtMs: number | undefined;
}

export type NewDestination = Pick<
  Destination,
  'identifier' | 'version' | 'order' | 'incomplete' | 'windowMax' | 'acksTo' | 'expiresAtMs'
>;

/** The receiving end of a sequence that was just granted. */
export function newDestination(parts: NewDestination, atMs: number): Destination {
  return {
    ...parts,
    state: 'open',
    received: NO_NUMBERS,
    delivered: NO_NUMBERS,
    lastNumber: undefined,
    heardAtMs: atMs,
  };
}

/** What a numbered message is: `beyond` is more than there is room for, and is not taken; it will come again. */
export type Arrival = 'new' | 'repeat' | 'beyond';

export interface Arrived {
  readonly destination: Destination;
  readonly arrival: Arrival;
}

/**
 * Takes the number of a message that was proven.
 * @throws Fault `peer.sequence-closed`, `peer.sequence-last`, `peer.sequence-terminated`; nothing has changed then
 */
export function arrive(destination: Destination, { number, isLast }: Numbered, atMs: number): Arrived {
  if (hasNumber(destination.received, number))
    return { destination: heard(step(destination, 'repeat', 'peer.sequence-terminated'), atMs), arrival: 'repeat' };
  const next = step(
    destination,
    'message',
    destination.state === 'closed' ? 'peer.sequence-closed' : 'peer.sequence-terminated',
  );
  const { lastNumber } = destination;
  if (lastNumber !== undefined && number > lastNumber) throw refusal(destination, 'peer.sequence-last');
  if (isLast && number < highestOf(destination.received)) throw refusal(destination, 'peer.sequence-last');
  // safety: the numbers that are kept, and what waits for one that is missing, are bounded.
  if (number > withoutGap(destination.delivered) + destination.windowMax || !hasRoom(destination))
    return { destination: heard(destination, atMs), arrival: 'beyond' };
  const received = withNumber(destination.received, number);
  const last = isLast ? { lastNumber: number } : {};
  return { destination: { ...heard(next, atMs), ...last, received }, arrival: 'new' };
}

function hasRoom(destination: Destination): boolean {
  return waitingCount(destination) < destination.windowMax;
}

function waitingCount({ received, delivered }: Destination): number {
  return countOf(received) - countOf(delivered);
}

/** The messages that may be handed over now, in their order. */
export function readyNumbers(destination: Destination): readonly number[] {
  return [...ready(destination)];
}

/** The first of {@link readyNumbers}. */
export function nextReadyNumber(destination: Destination): number | undefined {
  for (const number of ready(destination)) return number;
  return undefined;
}

function* ready(destination: Destination): Generator<number> {
  const { received, delivered, order, incomplete, state } = destination;
  if (incomplete === 'DiscardEntireSequence' && (state === 'open' || !isWhole(destination))) return;
  // What may wait for a number that is missing does so until the sequence ends.
  const isAny = order === 'unordered' || (incomplete === 'NoDiscard' && state !== 'open');
  for (const { lower, upper } of isAny ? received : received.slice(0, Math.min(withoutGap(received), 1)))
    for (let number = Math.max(lower, withoutGap(delivered) + 1); number <= upper; number++)
      if (!hasNumber(delivered, number)) yield number;
}

/** The application is done with a message. */
export function deliver(destination: Destination, number: number): Destination {
  return { ...destination, delivered: withNumber(destination.delivered, number) };
}

/** Somebody asks what is here. @throws Fault `peer.sequence-terminated` */
export function request(destination: Destination, atMs: number): Destination {
  return heard(step(destination, 'request', 'peer.sequence-terminated'), atMs);
}

/** The other end sends nothing new any more. @throws Fault `peer.sequence-last` it has sent more than it says */
export function close(destination: Destination, lastNumber: number | undefined, atMs: number): Destination {
  return ended(destination, 'close', lastNumber, atMs);
}

/** The sequence ends. @throws Fault as {@link close} */
export function terminate(destination: Destination, lastNumber: number | undefined, atMs: number): Destination {
  return ended(destination, 'terminate', lastNumber, atMs);
}

function ended(
  destination: Destination,
  event: 'close' | 'terminate',
  lastNumber: number | undefined,
  atMs: number,
): Destination {
  if (lastNumber !== undefined && lastNumber < highestOf(destination.received))
    throw refusal(destination, 'peer.sequence-last');
  const next = heard(step(destination, event, 'peer.sequence-terminated'), atMs);
  if (destination.state === 'terminated') return next;
  // Who does not say which was the last has sent no more than is here.
  return { ...next, lastNumber: lastNumber ?? destination.lastNumber ?? highestOf(destination.received) };
}

/** The sequence as it is at `atMs`: over, if it has expired, or nothing was heard for `inactivityMs`. */
export function lapse(destination: Destination, inactivityMs: number, atMs: number): Destination {
  const { expiresAtMs = Number.POSITIVE_INFINITY, heardAtMs } = destination;
  const isOver = atMs >= expiresAtMs || atMs - heardAtMs >= inactivityMs;
  return isOver && destination.state !== 'terminated' ? { ...destination, state: 'terminated' } : destination;
}

/** What is said of it to the other end. */
export function acknowledgementOf(destination: Destination): Acknowledgement {
  const { identifier, received, state, windowMax } = destination;
  return {
    identifier,
    ranges: received,
    nacks: [],
    isFinal: state !== 'open',
    bufferRemaining: Math.max(windowMax - waitingCount(destination), 0),
  };
}

/** Whether all is here up to the last message. */
export function isWhole({ received, lastNumber }: Destination): boolean {
  return lastNumber !== undefined && withoutGap(received) >= lastNumber;
}

function step(destination: Destination, event: DestinationEvent, code: FaultCode): Destination {
  const state = stateAfter(DESTINATION_STATES, destination.state, event);
  if (state === undefined) throw refusal(destination, code);
  return state === destination.state ? destination : { ...destination, state };
}

function heard(destination: Destination, atMs: number): Destination {
  return { ...destination, heardAtMs: Math.max(destination.heardAtMs, atMs) };
}

function refusal({ identifier }: Destination, code: FaultCode): Fault {
  return new Fault(code, { sequence: identifier });
}
