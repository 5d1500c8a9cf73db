/** A clock that was set back revives nothing at once; one that had jumped ahead is not waited for longer than that. */
const HELD_MS = 300_000;
/** Clocks are set by less than that all the time. */
const STEP_MS = 10_000;

/** The latest time that a clock told, until it has told earlier ones for so long that it was the later one that was wrong. */
export class LatestTime {
  readonly #onBack: (backMs: number, nowMs: number) => void;
  #latestMs = Number.NEGATIVE_INFINITY;
  /** The first time that was told since it went back. */
  #backAtMs: number | undefined;

  /** `onBack` is told once of each step back. */
  constructor(onBack: (backMs: number, nowMs: number) => void) {
    this.#onBack = onBack;
  }

  get ms(): number {
    return this.#latestMs;
  }

  /** Takes what the clock tells. @returns the latest time */
  told(nowMs: number): number {
    const backMs = this.#latestMs - nowMs;
    if (backMs <= 0) return this.#hold(nowMs);
    if (this.#backAtMs === undefined && backMs >= STEP_MS) this.#onBack(backMs, nowMs);
    this.#backAtMs = Math.min(this.#backAtMs ?? nowMs, nowMs);
    return nowMs - this.#backAtMs >= HELD_MS ? this.#hold(nowMs) : this.#latestMs;
  }

  #hold(nowMs: number): number {
    this.#backAtMs = undefined;
    this.#latestMs = nowMs;
    return nowMs;
  }
}
