/** What the server keeps longer than it must, so that nothing is gone while somebody whose clock is behind may still ask for it. */
const SPARE_MS = 300_000;
/** Longer than any of us: the server adds it to its own time. */
const LONGEST_MS = 2 ** 45;

/** How long the server is to keep what is of use until `untilMs`, in its words. */
export function keepingMs(untilMs: number, nowMs: number): string {
  const leftMs = Math.ceil(untilMs - nowMs) + SPARE_MS;
  return String(Math.max(1, Math.min(leftMs, LONGEST_MS)));
}
