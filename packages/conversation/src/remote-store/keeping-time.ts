/** What the server keeps longer than it must, so that nothing is gone while somebody whose clock is behind may still ask for it. */
const SPARE_MS = 300_000;
/** Longer than any of us: the server adds it to its own time. */
const LONGEST_MS = 2 ** 45;

/** What the server keeps longer by its own clock than a node says by its: more would be a clock that is of no use to anybody. */
export const BY_SERVER_MAX_MS = 604_800_000;

/** Epoch milliseconds until which the server is to keep what is of use until `untilMs`, by its own clock. */
export function forgottenAtMs(untilMs: number): string {
  return String(Math.min(Math.ceil(untilMs) + SPARE_MS, LONGEST_MS));
}

/** How long the server is to keep what is of use until `untilMs`, in its words. */
export function keepingMs(untilMs: number, nowMs: number): string {
  const leftMs = Math.ceil(untilMs - nowMs) + SPARE_MS;
  return String(Math.max(1, Math.min(leftMs, LONGEST_MS)));
}
