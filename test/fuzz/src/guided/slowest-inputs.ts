/** The inputs that took the longest for their size: what to look at next, and what a benchmark runs from then on. */

/** One input, and what it took at its fastest. */
export interface SlowInput {
  readonly input: Uint8Array;
  readonly ms: number;
}

/** What any input costs beside its octets, so that it is not always the shortest. */
const OVERHEAD_BYTES = 1024;
const AGAIN = 3;

export class SlowestInput {
  #slowest: SlowInput | undefined;

  get slowest(): SlowInput | undefined {
    return this.#slowest;
  }

  /**
   * Looks at an input (borrowed) that took `ms`; if that is more for its size than any before, three more `run`s have to take as
   * long, at their fastest. @returns whether it is the slowest now
   */
  offer(input: Uint8Array, ms: number, run: () => void): boolean {
    if (!this.#isSlower(input, ms)) return false;
    let fastestMs = ms;
    for (let again = 0; again < AGAIN; again++) {
      const startMs = performance.now();
      run();
      fastestMs = Math.min(fastestMs, performance.now() - startMs);
    }
    if (!this.#isSlower(input, fastestMs)) return false;
    this.#slowest = { input: input.slice(), ms: fastestMs };
    return true;
  }

  #isSlower(input: Uint8Array, ms: number): boolean {
    return this.#slowest === undefined || perOctet(input, ms) > perOctet(this.#slowest.input, this.#slowest.ms);
  }
}

function perOctet({ length }: Uint8Array, ms: number): number {
  return ms / (length + OVERHEAD_BYTES);
}
