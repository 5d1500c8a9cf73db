/** Clocks of nodes may be so far apart. What was written by a later one is of a clock that had jumped, and is not waited for. */
const CLOCKS_APART_MS = 300_000;

/** Whether the clock that told `atMs` had jumped ahead, as far as one that tells `nowMs` can know. */
export function isOfJumpedClock(atMs: number, nowMs: number): boolean {
  return atMs - nowMs > CLOCKS_APART_MS;
}
