import { hash } from 'node:crypto';
import { Fault } from '@parley/core';

/**
 * Remembers what may be seen once only. The scope of an entry is (context, replay key): the same MessageID in two
 * contexts is two messages. Only a fully verified message may be inserted.
 */
export interface ReplayCache {
  /**
   * Inserts (identifier, replayKey), to be remembered until `untilMs` at least.
   *
   * @returns `false` if it is there, or if its time has passed already, so that nobody can tell: refuse the message
   * @throws Fault `internal.quota` when full, `internal.store-unavailable`: refuse the message
   */
  insertIfAbsent(identifier: string, replayKey: string, untilMs: number, nowMs: number): boolean | Promise<boolean>;
}

/** Entries expire together with the others of their ten seconds. */
const BUCKET_MS = 10_000;
const ENTRIES_MAX_DEFAULT = 1_000_000;
const KEY_BYTES = 16;

/**
 * A {@link ReplayCache} in this process's memory: enough for one node whose restart takes longer than messages live.
 * It never forgets early: when it is full, it refuses. A clock that goes backwards brings nothing back, as time here is
 * the latest time ever told; one that jumped ahead is answered by refusals until it is right again.
 */
export class MemoryReplayCache implements ReplayCache {
  readonly #entriesMax: number;
  readonly #keys = new Set<string>();
  /** Bucket number -> its keys. A bucket ends before or when its number times {@link BUCKET_MS} is reached. */
  readonly #buckets = new Map<number, string[]>();
  #latestMs = Number.NEGATIVE_INFINITY;
  #sweptBucket = Number.NEGATIVE_INFINITY;

  constructor(options: { readonly entriesMax?: number | undefined } = {}) {
    this.#entriesMax = options.entriesMax ?? ENTRIES_MAX_DEFAULT;
  }

  /** Entries that are remembered now, some of them possibly past their time. */
  get size(): number {
    return this.#keys.size;
  }

  insertIfAbsent(identifier: string, replayKey: string, untilMs: number, nowMs: number): boolean {
    if (!(Number.isFinite(nowMs) && Number.isFinite(untilMs))) {
      throw new Fault('caller.input-invalid', { reason: 'time is not a number' });
    }
    this.#latestMs = Math.max(this.#latestMs, nowMs);
    this.#sweep();
    if (untilMs <= this.#latestMs) return false;
    const key = keyOf(identifier, replayKey);
    if (this.#keys.has(key)) return false;
    if (this.#keys.size >= this.#entriesMax)
      throw new Fault('internal.quota', { cache: 'replay', entries: this.#keys.size });
    this.#keys.add(key);
    const bucket = Math.ceil(untilMs / BUCKET_MS);
    const keys = this.#buckets.get(bucket);
    if (keys === undefined) this.#buckets.set(bucket, [key]);
    else keys.push(key);
    return true;
  }

  /** Forgets the buckets whose time is over; looks only when a new ten seconds have begun. */
  #sweep(): void {
    const current = Math.floor(this.#latestMs / BUCKET_MS);
    if (current <= this.#sweptBucket) return;
    this.#sweptBucket = current;
    for (const [bucket, keys] of this.#buckets) {
      if (bucket > current) continue;
      for (const key of keys) this.#keys.delete(key);
      this.#buckets.delete(bucket);
    }
  }
}

/** 128 bits of a hash: texts of any length cost the same memory. The length in front keeps the two apart. */
function keyOf(identifier: string, replayKey: string): string {
  return hash('sha256', `${identifier.length}:${identifier}${replayKey}`, 'buffer').toString('latin1', 0, KEY_BYTES);
}
