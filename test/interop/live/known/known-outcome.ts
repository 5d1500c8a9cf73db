/** What does not go as one would expect, by a defect of the peer's or a decision of ours. An entry that is not needed fails. */
import type { Direction } from '../live-rows.ts';

export interface KnownOutcome {
  readonly direction: Direction;
  /** Of the endpoint's name. */
  readonly endpoint: RegExp;
  readonly steps: readonly string[];
  readonly outcome: RegExp;
  /** Whose doing it is, with what shows it. */
  readonly reason: string;
}

/** Calls of ours. */
export const CALLS: readonly string[] = ['call1', 'call2', 'call after renew'];
/** A refusal in clear. */
export const FAULT: RegExp = /^peer\.soap-fault /;
