import { Fault } from '@parley/core';
import { isOfJumpedClock } from './clocks-apart.ts';

const MINUTE_MS = 60_000;

interface Bucket {
  readonly tokens: number;
  readonly atMs: number;
}

/**
 * Requests of one principal over time: so many at once, and so many a minute. A principal that has all of them again is
 * forgotten, so the table holds those alone who asked lately; and no more than it may.
 */
export class RequestBudget {
  readonly #quota: 'requests' | 'messages';
  readonly #burst: number;
  readonly #perMs: number;
  readonly #principalsMax: number;
  readonly #buckets = new Map<string, Bucket>();

  /** `quota` is what refusals call it. */
  constructor(quota: 'requests' | 'messages', burst: number, perMinute: number, principalsMax: number) {
    this.#quota = quota;
    this.#burst = burst;
    this.#perMs = perMinute / MINUTE_MS;
    this.#principalsMax = principalsMax;
  }

  /** Principals that are known now. */
  get size(): number {
    return this.#buckets.size;
  }

  /** Takes one request. @throws Fault `internal.quota` */
  spend(principal: string, nowMs: number): void {
    this.require(principal, nowMs);
    this.take(principal, nowMs);
  }

  /** Checks that one more may be taken. @throws Fault `internal.quota` */
  require(principal: string, nowMs: number): void {
    const bucket = this.#bucketAt(principal, nowMs);
    if (bucket === undefined) this.#makeRoom(nowMs);
    else if (this.#refilled(bucket, nowMs) < 1)
      throw new Fault('internal.quota', { quota: this.#quota, burst: this.#burst, principal });
  }

  /** Takes one, whether there is one or not. */
  take(principal: string, nowMs: number): void {
    const { tokens, atMs } = this.#bucketAt(principal, nowMs) ?? { tokens: this.#burst, atMs: nowMs };
    const left = Math.max(0, this.#refilled({ tokens, atMs }, nowMs) - 1);
    // Last used, last forgotten. A clock that goes back gives nothing, and takes nothing.
    this.#buckets.delete(principal);
    this.#buckets.set(principal, { tokens: left, atMs: Math.max(atMs, nowMs) });
  }

  #bucketAt(principal: string, nowMs: number): Bucket | undefined {
    const bucket = this.#buckets.get(principal);
    return bucket && !isOfJumpedClock(bucket.atMs, nowMs) ? bucket : undefined;
  }

  #refilled({ tokens, atMs }: Bucket, nowMs: number): number {
    return Math.min(this.#burst, tokens + Math.max(0, nowMs - atMs) * this.#perMs);
  }

  /** Forgets who has all again, those first who asked longest ago. */
  #makeRoom(nowMs: number): void {
    for (const [principal, bucket] of this.#buckets) {
      if (this.#refilled(bucket, nowMs) < this.#burst && !isOfJumpedClock(bucket.atMs, nowMs)) break;
      this.#buckets.delete(principal);
    }
    if (this.#buckets.size >= this.#principalsMax)
      throw new Fault('internal.quota', { quota: 'principals', principals: this.#buckets.size });
  }
}
