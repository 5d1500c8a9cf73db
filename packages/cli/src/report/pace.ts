/** Instants that are kept; beyond that every other is forgotten, so that a log of any length fits. */
const INSTANTS_MAX = 1024;

/** Fewer say nothing of a rate, nor does a shorter time. */
const MESSAGES_LEAST = 1000;
const ELAPSED_LEAST_MS = 20;

/** How fast messages came, by halves: in the first, code is still being compiled and keys are derived. */
export class Pace {
  readonly #nowMs: () => number;
  readonly #startedMs: number;
  /** When `index * stride` messages had been answered. */
  #instants: number[];
  #stride = 1;
  #messages = 0;

  /** `nowMs` is a clock that never goes back. */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
    this.#startedMs = nowMs();
    this.#instants = [this.#startedMs];
  }

  /** So many more messages were answered. */
  answered(count: number): void {
    for (let message = 0; message < count; message++) this.#one();
  }

  #one(): void {
    this.#messages += 1;
    if (this.#messages % this.#stride !== 0) return;
    this.#instants.push(this.#nowMs());
    if (this.#instants.length <= INSTANTS_MAX) return;
    this.#instants = this.#instants.filter((_, index) => index % 2 === 0);
    this.#stride *= 2;
  }

  /** Messages per second in the second half; `undefined` while that is too few to say. */
  get secondHalfPerSecond(): number | undefined {
    const last = this.#instants.length - 1;
    const middle = Math.ceil(last / 2);
    const elapsedMs = (this.#instants[last] ?? 0) - (this.#instants[middle] ?? 0);
    const messages = (last - middle) * this.#stride;
    if (messages < MESSAGES_LEAST || elapsedMs < ELAPSED_LEAST_MS) return undefined;
    return (messages * 1000) / elapsedMs;
  }
}
