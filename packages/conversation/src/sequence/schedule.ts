/** When a message is sent again. */

export interface RetransmissionPace {
  /** After the first attempt. */
  readonly retransmitAfterMs: number;
  /** Longest pause between two attempts. */
  readonly retransmitAfterMaxMs: number;
}

/**
 * The pause after so many attempts: twice as long each time, and somewhere in its upper half, so that what failed together
 * does not come again together.
 *
 * @param chance in [0, 1)
 */
export function retransmissionPauseMs(
  attempts: number,
  { retransmitAfterMs, retransmitAfterMaxMs }: RetransmissionPace,
  chance: number,
): number {
  // 2 ** 32 times anything is longer than the longest.
  const full = Math.min(retransmitAfterMs * 2 ** Math.min(Math.max(attempts - 1, 0), 32), retransmitAfterMaxMs);
  return Math.ceil((full / 2) * (1 + chance));
}
