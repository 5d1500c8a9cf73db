import { createHash } from 'node:crypto';
import type { Ambient } from '@parley/conversation';

/** When samples are made and tests begin: noon of the first of January 2030, UTC, in epoch milliseconds. */
export const SAMPLE_TIME_MS: number = Date.UTC(2030, 0, 1, 12);

/**
 * A clock that stands still until it is moved, and chance that repeats: two of one seed fill alike.
 * safety: for tests alone. Whoever knows the seed knows every key.
 */
export class TestAmbient implements Ambient {
  readonly #seed: string;
  #atMs: number;
  #count = 0;

  constructor(options: { readonly atMs?: number | undefined; readonly seed?: string | undefined } = {}) {
    this.#atMs = options.atMs ?? SAMPLE_TIME_MS;
    this.#seed = options.seed ?? 'parley';
  }

  nowMs(): number {
    return this.#atMs;
  }

  /** Lets time pass, or with less than nothing goes back. */
  advance(byMs: number): void {
    this.#atMs += byMs;
  }

  fillRandom(out: Uint8Array): void {
    for (let offset = 0; offset < out.length; offset += 32) {
      const block = createHash('sha256')
        .update(`${this.#seed} ${this.#count++}`)
        .digest();
      out.set(block.subarray(0, Math.min(32, out.length - offset)), offset);
    }
  }
}
