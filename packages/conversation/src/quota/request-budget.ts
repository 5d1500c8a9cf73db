import { Fault } from '@parley/core';

const MINUTE_MS = 60_000;

interface Bucket {
  tokens: number;
  atMs: number;
}

/**
 * Requests of one principal over time: so many at once, and so many a minute. A principal that has all of them again is
 * forgotten, so the table holds those alone who asked lately; and no more than it may.
 */
export class RequestBudget {
  readonly #burst: number;
  readonly #perMs: number;
  readonly #principalsMax: number;
  readonly #buckets = new Map<string, Bucket>();

  constructor(burst: number, perMinute: number, principalsMax: number) {
    this.#burst = burst;
    this.#perMs = perMinute / MINUTE_MS;
    this.#principalsMax = principalsMax;
  }

  /** Principals that are known now. */
  get size(): number {
    return this.#buckets.size;
  }

  /** @throws Fault `internal.quota` */
  spend(principal: string, nowMs: number): void {
    const known = this.#buckets.get(principal);
    const bucket = known ?? { tokens: this.#burst, atMs: nowMs };
    // A clock that goes back gives nothing, and takes nothing.
    bucket.tokens = this.#refilled(bucket, nowMs);
    bucket.atMs = Math.max(bucket.atMs, nowMs);
    if (bucket.tokens < 1) throw new Fault('internal.quota', { quota: 'requests', burst: this.#burst, principal });
    if (known === undefined) this.#makeRoom(nowMs);
    bucket.tokens -= 1;
    // Last used, last forgotten.
    this.#buckets.delete(principal);
    this.#buckets.set(principal, bucket);
  }

  #refilled({ tokens, atMs }: Bucket, nowMs: number): number {
    return Math.min(this.#burst, tokens + Math.max(0, nowMs - atMs) * this.#perMs);
  }

  /** Forgets who has all again, those first who asked longest ago. */
  #makeRoom(nowMs: number): void {
    for (const [principal, bucket] of this.#buckets) {
      if (this.#refilled(bucket, nowMs) < this.#burst) break;
      this.#buckets.delete(principal);
    }
    if (this.#buckets.size >= this.#principalsMax)
      throw new Fault('internal.quota', { quota: 'principals', principals: this.#buckets.size });
  }
}
