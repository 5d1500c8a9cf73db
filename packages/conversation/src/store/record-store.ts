/** What is kept beside a context, and is no secret of it: the state of its sequences. */

import type { Kind } from '@parley/core/internal';
import { callback, FINITE, requireKind, TEXT } from '@parley/core/internal';

/** Plain data: objects and arrays of texts, numbers, truth values and octets. What was put is not to be changed any more. */
export type StoredRecord = object;

/** What the partitions of counts begin with; no identifier that came in a message holds a NUL, so no sequence has such a one. */
export const OF_COUNTS = '\0';

/**
 * Whether the records of a partition are counts, of which an older one is only generous: after a server has lost its last second, nobody should be refused for
 * ever because of them.
 */
export function isOfCounts(partition: string): boolean {
  return partition.startsWith(OF_COUNTS);
}

/** The records of one partition, within one step. */
export interface Records {
  /** `undefined` where there is none. Borrowed, not to be changed. */
  get(key: string): StoredRecord | undefined;
  /** Inserts or replaces; it may be forgotten from `untilMs` on (epoch milliseconds). */
  put(key: string, record: StoredRecord, untilMs: number): void;
  remove(key: string): void;
}

/** Where records live: as durable as the contexts beside them. */
export interface RecordStore {
  /**
   * Runs `action`, which is synchronous, as one step: whole or not at all, and no other step of any process in between. What it throws is
   * rethrown; it must throw before it writes. A store on another machine runs it more than once, until nobody else was in between: only
   * its last run counts, so that it must leave no traces outside of the records.
   * @throws Fault (rejects) `internal.store-unavailable`, `internal.store-corrupt`, `caller.closed`
   */
  transact<T>(partition: string, action: (records: Records) => T): Promise<T>;

  /** Forgets all of a partition. */
  clear(partition: string): Promise<void>;

  /**
   * Epoch milliseconds by the clock of the store: what many nodes keep there, one must not judge by a clock that no other has. Without it, all who
   * have it open have one clock.
   */
  nowMs?(): Promise<number>;
}

interface Kept {
  readonly record: StoredRecord;
  readonly untilMs: number;
}

const ACTION: Kind<(records: Records) => unknown> = callback();

/** A {@link RecordStore} in this process's memory. */
export class MemoryRecords implements RecordStore {
  readonly #partitions = new Map<string, Map<string, Kept>>();

  async transact<T>(partition: string, action: (records: Records) => T): Promise<T> {
    requireKind(TEXT, partition, 'partition');
    requireKind(ACTION, action, 'action');
    const kept = this.#partitions.get(partition) ?? new Map<string, Kept>();
    const result = action({
      get: (key) => kept.get(key)?.record,
      put: (key, record, untilMs) => void kept.set(key, { record, untilMs }),
      remove: (key) => void kept.delete(key),
    });
    if (kept.size > 0) this.#partitions.set(partition, kept);
    else this.#partitions.delete(partition);
    return result;
  }

  async clear(partition: string): Promise<void> {
    requireKind(TEXT, partition, 'partition');
    this.#partitions.delete(partition);
  }

  /** Forgets what may be forgotten at `nowMs`. */
  prune(nowMs: number): void {
    requireKind(FINITE, nowMs, 'nowMs');
    for (const [partition, kept] of this.#partitions) {
      for (const [key, { untilMs }] of kept) if (nowMs > untilMs) kept.delete(key);
      if (kept.size === 0) this.#partitions.delete(partition);
    }
  }
}
