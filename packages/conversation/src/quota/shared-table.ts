/** Two numbers for each of many, beside the contexts: what all who share the store count together. */
import { hash } from 'node:crypto';
import { Fault } from '@parley/core';
import type { RecordStore } from '../store/record-store.ts';
import { OF_COUNTS } from '../store/record-store.ts';
import { isOfJumpedClock } from './clocks-apart.ts';

/** What is counted of one, and when that was. */
export interface Count {
  readonly value: number;
  readonly atMs: number;
}

type Held = Readonly<Record<string, readonly [value: number, atMs: number]>>;

/** Partitions; each changes by itself, so that many can be counted at once. */
const PARTS = 1024;
/** In each: so that whoever invents names fills no store. */
const HELD_MAX = 128;
const NAME = 'held';
/** Beside the counts: the latest time that any node told of the partition. No hash is so short. */
const LATEST = 'latest';
const KEY_LENGTH = 16;

/**
 * Counts by name in a record store, for all who share it: bounded, whoever invents the names. Time is the latest that any of them told: what one
 * forgets, for it is over, is not over once more for another whose clock is behind.
 */
export class SharedTable {
  readonly #records: RecordStore;
  readonly #name: string;
  readonly #isOver: (count: Count, nowMs: number) => boolean;
  readonly #keepMs: number;

  /** `isOver`: what may be forgotten; all is, `keepMs` after it was written last. */
  constructor(
    records: RecordStore,
    name: string,
    { isOver, keepMs }: { readonly isOver: (count: Count, nowMs: number) => boolean; readonly keepMs: number },
  ) {
    this.#records = records;
    this.#name = name;
    this.#isOver = isOver;
    this.#keepMs = keepMs;
  }

  /**
   * What is counted of `who` becomes what `change` makes of it, in one step, at the time that it is told; `undefined` forgets it, the same leaves it. What
   * `change` throws is rethrown, and nothing is changed.
   * @throws Fault `internal.quota` no room; and as the store
   */
  async step(
    who: string,
    nowMs: number,
    change: (count: Count | undefined, nowMs: number) => Count | undefined,
  ): Promise<void> {
    const digest = hash('sha256', `${this.#name} ${who}`, 'buffer');
    const key = digest.toString('base64url').slice(0, KEY_LENGTH);
    const part = digest.readUInt16BE(digest.length - 2) % PARTS;
    await this.#records.transact(`${OF_COUNTS}${this.#name} ${part}`, (records) => {
      const { [LATEST]: latest, ...held }: Held = (records.get(NAME) as Held | undefined) ?? {};
      const timeMs = latestOf(latest?.[1], nowMs);
      const before = held[key];
      const count = before && !isOfJumpedClock(before[1], timeMs) ? { value: before[0], atMs: before[1] } : undefined;
      const after = change(count, timeMs);
      if (after === count) return;
      const others = Object.entries(held).filter(
        ([name, [value, atMs]]) =>
          name !== key && !this.#isOver({ value, atMs }, timeMs) && !isOfJumpedClock(atMs, timeMs),
      );
      if (others.length >= HELD_MAX)
        throw new Fault('internal.quota', { quota: 'principals', principals: others.length });
      const own = after === undefined ? [] : [[key, [after.value, after.atMs]] as const];
      const all = [...others, ...own, [LATEST, [0, timeMs]] as const];
      records.put(NAME, Object.fromEntries(all), timeMs + this.#keepMs);
    });
  }
}

function latestOf(toldMs: number | undefined, nowMs: number): number {
  return toldMs === undefined || isOfJumpedClock(toldMs, nowMs) ? nowMs : Math.max(toldMs, nowMs);
}
