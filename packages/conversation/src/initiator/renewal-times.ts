import type { SecurityContext } from '@parley/core';
import type { Ambient } from '../exchange/ambient.ts';

/** The last share of a context's life in which it is renewed. */
const SHARE = 0.2;
const AHEAD_MS_MAX = 300_000;
const RANDOM_BYTES = 4;

/**
 * When a context is to be renewed: in the last fifth of its life and not more than five minutes before its end, at a moment of
 * its own, so that those that were issued together are not renewed together.
 */
export class RenewalTimes {
  readonly #ambient: Ambient;
  #dueAtMs: number | undefined;

  constructor(ambient: Ambient) {
    this.#ambient = ambient;
  }

  get dueAtMs(): number | undefined {
    return this.#dueAtMs;
  }

  schedule(context: SecurityContext | undefined): void {
    this.#dueAtMs = context === undefined ? undefined : this.#dueFor(context);
  }

  #dueFor({ keys, createdAtMs, expiresAtMs }: SecurityContext): number {
    const bornAtMs = keys.at(-1)?.createdAtMs ?? createdAtMs;
    const aheadMs = Math.min((expiresAtMs - bornAtMs) * SHARE, AHEAD_MS_MAX);
    // Never in the last half of that: the answer takes time, too.
    return Math.floor(expiresAtMs - aheadMs * (1 - this.#fraction() / 2));
  }

  #fraction(): number {
    const octets = new Uint8Array(RANDOM_BYTES);
    this.#ambient.fillRandom(octets);
    return new DataView(octets.buffer).getUint32(0) / 2 ** 32;
  }
}
