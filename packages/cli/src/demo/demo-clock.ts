import { randomFillSync, randomUUID } from 'node:crypto';
import type { Ambient } from '@parley/conversation';

const STEP_MS_MAX = 250;
const SPAN_MS_MAX = 6 * 60 * 60 * 1000;

/** Time as the recorded parties see it: a conversation of hours, made in seconds, that ends about now. */
export class DemoClock implements Ambient {
  readonly #stepMs: number;
  #nowMs: number;

  constructor(realNowMs: number, steps: number) {
    this.#stepMs = Math.max(1, Math.min(STEP_MS_MAX, Math.floor(SPAN_MS_MAX / steps)));
    this.#nowMs = realNowMs - this.#stepMs * steps;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  /** Goes one step on, and says what time it is then. */
  step(): number {
    this.#nowMs += this.#stepMs;
    return this.#nowMs;
  }

  fillRandom(out: Uint8Array): void {
    randomFillSync(out);
  }

  /** A name that nobody has had. */
  randomUrn(): string {
    return `urn:uuid:${randomUUID()}`;
  }
}
