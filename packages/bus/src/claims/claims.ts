import type { ReplayEntry, ReplayShare } from '@parley/engine';

/**
 * Who showed first what may be seen once. A bus delivers a message again when it does not know whether its result is safe; that is no
 * replay, and only the place tells the two apart.
 */
export interface Claims {
  /**
   * Gives `entry` to `place`, unless another place has it, in one step.
   *
   * @param nowMs the time that the message is judged at (epoch milliseconds)
   * @returns whether it is of `place` now; `false` also where its time has passed, so that nobody can tell
   * @throws Fault `internal.quota` no room; `internal.store-unavailable`
   */
  claim(entry: ReplayEntry, place: string, nowMs: number, share: ReplayShare): boolean | Promise<boolean>;
}
