import { createHash } from 'node:crypto';
import type { Ambient } from '@parley/conversation';
import type { Kind } from '@parley/core/internal';
import { FINITE, optional, requireInput, requireKind, requireOptions, shapeOf, TEXT } from '@parley/core/internal';

/** When samples are made and tests begin: noon of the first of January 2030, UTC, in epoch milliseconds. */
export const SAMPLE_TIME_MS: number = Date.UTC(2030, 0, 1, 12);

export interface TestAmbientOptions {
  /** Where the clock stands. Default: {@link SAMPLE_TIME_MS}. */
  readonly atMs?: number | undefined;
  /** Default: one for all. */
  readonly seed?: string | undefined;
}

const OPTIONS: Kind<TestAmbientOptions> = shapeOf<TestAmbientOptions>({
  atMs: optional(FINITE),
  seed: optional(TEXT),
});

/**
 * A clock that stands still until it is moved, and chance that repeats: two of one seed fill alike.
 * safety: for tests alone. Whoever knows the seed knows every key.
 */
export class TestAmbient implements Ambient {
  readonly #seed: string;
  #atMs: number;
  #count = 0;

  /** @throws Fault `caller.option-invalid` */
  constructor(options: TestAmbientOptions = {}) {
    requireOptions(OPTIONS, options, 'options');
    this.#atMs = options.atMs ?? SAMPLE_TIME_MS;
    this.#seed = options.seed ?? 'parley';
  }

  nowMs(): number {
    return this.#atMs;
  }

  /** Lets time pass, or with less than nothing goes back. */
  advance(byMs: number): void {
    requireKind(FINITE, byMs, 'byMs');
    this.#atMs += byMs;
  }

  fillRandom(out: Uint8Array): void {
    requireInput(out, 'out');
    for (let offset = 0; offset < out.length; offset += 32) {
      const block = createHash('sha256')
        .update(`${this.#seed} ${this.#count++}`)
        .digest();
      out.set(block.subarray(0, Math.min(32, out.length - offset)), offset);
    }
  }
}
