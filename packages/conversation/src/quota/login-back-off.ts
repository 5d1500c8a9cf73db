import { Fault } from '@parley/core';
import type { PasswordAttempt } from '@parley/engine';
import type { RecordStore } from '../store/record-store.ts';
import { SharedTable } from './shared-table.ts';

export interface BackOffSettings {
  /** Wrong passwords before anybody has to wait. */
  readonly failuresMax: number;
  /** After the next; each further one doubles it. */
  readonly waitMs: number;
}

/** Nobody waits longer: a user whom somebody else keeps waiting gets in. */
const WAIT_MAX_MS = 300_000;
/** After so long without a failure it begins anew. */
const FORGET_MS = 2 * WAIT_MAX_MS;
const DOUBLINGS_MAX = 30;

type Judge = (attempt: PasswordAttempt) => string | undefined | Promise<string | undefined>;

/**
 * Who has shown wrong passwords waits before another is looked at: by user and address, so that nobody locks out a user who is somewhere
 * else. Which password it was is then not looked at, so that the answer says nothing of it.
 */
export class LoginBackOff {
  readonly #settings: BackOffSettings;
  readonly #table: SharedTable;

  constructor(records: RecordStore, settings: BackOffSettings) {
    this.#settings = settings;
    this.#table = new SharedTable(records, 'wrong passwords', {
      isOver: ({ atMs }, nowMs) => nowMs - atMs > FORGET_MS,
      keepMs: FORGET_MS,
    });
  }

  /** `judge`, for a request that came from `address` at `nowMs`. */
  around(judge: Judge, address: string, nowMs: number): Judge {
    return async (attempt) => {
      // The length keeps the two apart.
      const who = `${address.length}:${address}${attempt.username}`;
      await this.#require(who, nowMs);
      const principal = await judge(attempt);
      await this.#table.step(who, nowMs, (count, timeMs) =>
        principal === undefined
          ? { value: (count?.value ?? 0) + 1, atMs: Math.max(count?.atMs ?? 0, timeMs) }
          : undefined,
      );
      return principal;
    };
  }

  async #require(who: string, nowMs: number): Promise<void> {
    await this.#table.step(who, nowMs, (count) => {
      if (count === undefined) return undefined;
      const waitMs = Math.min(WAIT_MAX_MS, count.atMs + this.#waitMs(count.value) - nowMs);
      if (waitMs > 0) throw new Fault('internal.quota', { quota: 'login', failures: count.value, waitMs });
      return count;
    });
  }

  #waitMs(failures: number): number {
    const over = failures - this.#settings.failuresMax;
    if (over < 0) return 0;
    return Math.min(WAIT_MAX_MS, this.#settings.waitMs * 2 ** Math.min(over, DOUBLINGS_MAX));
  }
}
