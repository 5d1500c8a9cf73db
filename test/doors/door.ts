/** What one public entry is given when it is used rightly, and what is told of it when it is not. */
import { Fault } from '@parley/core';

export interface Door {
  readonly call: (...given: readonly never[]) => unknown;
  /** Arguments that it takes. Plain objects among them are the options. */
  readonly good: readonly unknown[];
  /** Objects that may have other members beside: the caller's own, such as a clock. By path: `0.ambient`. */
  readonly open?: readonly string[];
  /** What another door checks, and is not looked into here. */
  readonly whole?: readonly string[];
  /** What must not be replaced by something that could be meant: names of files and addresses. */
  readonly kept?: readonly string[];
  /** What is not replaced at all: by another value it would only take longer. */
  readonly fixed?: readonly string[];
  /** A function that it is given is called in the middle of something of the caller's, and what that throws comes through. */
  readonly lends?: true;
  /** What is a peer's: octets and texts of messages, refused as such. */
  readonly peers?: readonly string[];
  /** Once all that is ours is in order, it is refused nevertheless, by one of these codes: the message is none, the time is wrong. */
  readonly refused?: RegExp;
  /** What it gave back, closed again. */
  readonly end?: (given: never) => unknown;
}

/** A door, by what it is called. */
export function door<const Given extends readonly unknown[]>(
  call: (...given: Given) => unknown,
  good: Given,
  more: Omit<Door, 'call' | 'good'> = {},
): Door {
  return { call: call as Door['call'], good, ...more };
}

export interface Refusal {
  readonly code: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Whether it was taken, refused, or something escaped that is no refusal of ours. */
export type Outcome =
  | { readonly kind: 'taken' }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'escaped'; readonly error: unknown };

export async function outcomeOf(door: Door, given: readonly unknown[]): Promise<Outcome> {
  const outcome = await tried(door, given);
  const isTaken = outcome.kind === 'refused' && door.refused?.test(outcome.refusal.code) === true;
  return isTaken ? { kind: 'taken' } : outcome;
}

async function tried({ call, end }: Door, given: readonly unknown[]): Promise<Outcome> {
  try {
    const value: unknown = await (call as (...given: readonly unknown[]) => unknown)(...given);
    if (isFailure(value)) return { kind: 'refused', refusal: value };
    await end?.(value as never);
    return { kind: 'taken' };
  } catch (error) {
    if (error instanceof Fault) return { kind: 'refused', refusal: { code: error.code, detail: error.detail } };
    return { kind: 'escaped', error };
  }
}

function isFailure(value: unknown): value is Refusal {
  return typeof value === 'object' && value !== null && 'ok' in value && value.ok === false && 'code' in value;
}
