import { Fault } from '@parley/core';
import type { RecordStore } from '../store/record-store.ts';
import type { AlarmKind } from './alarm-bell.ts';
import type { Count } from './shared-table.ts';
import { SharedTable } from './shared-table.ts';

const MINUTE_MS = 60_000;

export interface BudgetSize {
  /** At once. */
  readonly burst: number;
  readonly perMinute: number;
}

/** So many at once, and so many a minute, of each, whichever process is asked. */
export class SharedBudget {
  readonly #quota: AlarmKind;
  readonly #burst: number;
  readonly #perMs: number;
  readonly #table: SharedTable;

  /** `quota` is what refusals call it. */
  constructor(records: RecordStore, quota: AlarmKind, { burst, perMinute }: BudgetSize) {
    this.#quota = quota;
    this.#burst = burst;
    this.#perMs = perMinute / MINUTE_MS;
    this.#table = new SharedTable(records, `budget of ${quota}`, {
      // Who has all again is as one who never asked.
      isOver: (count, nowMs) => this.#refilled(count, nowMs) >= burst,
      keepMs: Math.ceil(burst / this.#perMs),
    });
  }

  /** Takes one. @throws Fault `internal.quota`, and as the store */
  async take(who: string, nowMs: number): Promise<void> {
    await this.#table.step(who, nowMs, (count, timeMs) => {
      const left = this.#refilled(count, timeMs);
      if (left < 1)
        throw new Fault('internal.quota', { quota: this.#quota, burst: this.#burst, principal: who.slice(0, 128) });
      return this.#of(left - 1, count, timeMs);
    });
  }

  /** Gives one back that was taken for nothing. */
  async give(who: string, nowMs: number): Promise<void> {
    await this.#table.step(who, nowMs, (count, timeMs) => {
      const left = Math.min(this.#burst, this.#refilled(count, timeMs) + 1);
      return left >= this.#burst ? undefined : this.#of(left, count, timeMs);
    });
  }

  /** A clock that goes back gives nothing, and takes nothing. */
  #of(value: number, count: Count | undefined, nowMs: number): Count {
    return { value, atMs: Math.max(count?.atMs ?? nowMs, nowMs) };
  }

  #refilled(count: Count | undefined, nowMs: number): number {
    if (count === undefined) return this.#burst;
    return Math.min(this.#burst, count.value + Math.max(0, nowMs - count.atMs) * this.#perMs);
  }
}
