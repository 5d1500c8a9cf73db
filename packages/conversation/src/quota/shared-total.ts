import { hash } from 'node:crypto';
import { Fault } from '@parley/core';
import type { RecordStore, Records } from '../store/record-store.ts';
import { OF_COUNTS } from '../store/record-store.ts';
import type { Ends } from './context-ends.ts';
import { countOf, endsAfter, lastOf, withOne, withoutOne } from './context-ends.ts';

/** Partitions; each changes by itself, so that many processes can issue at once, and has an equal share of the whole. */
const PARTS_MAX = 64;
/** So many that chance spreads them evenly, but for a hundredth or three. */
const PART_CONTEXTS_MIN = 4096;
/** Who found all parts full looks into one only for as long. */
const LOOK_AGAIN_MS = 1000;
const NAME = 'total';
const AWAY = 'away';
const KEY_LENGTH = 16;

/** Contexts that fell into a full part, and where they are counted. */
type Away = Readonly<Record<string, readonly [part: number, untilMs: number]>>;

/** A context as it is counted. */
export interface Counted {
  readonly identifier: string;
  /** From when on the store may have forgotten it. */
  readonly untilMs: number;
}

/**
 * How many contexts all who issue into a store may have together: live ones, and those that are over and still remembered. A place is taken
 * in one step and before the context is stored, so that however many issue at once, nobody has more; a process that dies between the two leaves a
 * place taken until the context would have ended.
 *
 * Each is counted in the part that its identifier falls into or, where that is full, in the next one with room.
 */
export class SharedTotal {
  readonly #records: RecordStore;
  readonly #contextsMax: number;
  readonly #parts: number;
  #fullAtMs = Number.NEGATIVE_INFINITY;

  constructor(records: RecordStore, contextsMax: number) {
    this.#records = records;
    this.#contextsMax = contextsMax;
    this.#parts = Math.min(PARTS_MAX, Math.max(1, Math.floor(contextsMax / PART_CONTEXTS_MIN)));
  }

  /** Counts one more. @throws Fault `internal.quota`, and as the store */
  async take({ identifier, untilMs }: Counted, nowMs: number): Promise<void> {
    const home = this.#homeOf(identifier);
    const tries = Math.abs(nowMs - this.#fullAtMs) < LOOK_AGAIN_MS ? 1 : this.#parts;
    for (let further = 0; further < tries; further++) {
      const part = (home + further) % this.#parts;
      const room = this.#roomOf(part);
      const isTaken = await this.#step(part, nowMs, (ends) =>
        countOf(ends) < room ? withOne(ends, untilMs, nowMs) : undefined,
      );
      if (!isTaken) continue;
      if (part !== home)
        await this.#inPart(home, (records) => noteAway(records, keyOf(identifier), [part, untilMs], nowMs));
      return;
    }
    this.#fullAtMs = nowMs;
    throw new Fault('internal.quota', { quota: 'contexts-total', contexts: this.#contextsMax });
  }

  /** It ends later now, or earlier, than when it was counted last. */
  async moved({ identifier, untilMs }: Counted, beforeMs: number, nowMs: number): Promise<void> {
    const part = await this.#partOf(identifier, untilMs, nowMs);
    await this.#step(part, nowMs, (ends) => withOne(withoutOne(ends, beforeMs, nowMs), untilMs, nowMs));
  }

  /** It was never stored, or is forgotten. */
  async release({ identifier, untilMs }: Counted, nowMs: number): Promise<void> {
    const part = await this.#partOf(identifier, undefined, nowMs);
    await this.#step(part, nowMs, (ends) => withoutOne(ends, untilMs, nowMs));
    this.#fullAtMs = Number.NEGATIVE_INFINITY;
  }

  #homeOf(identifier: string): number {
    return hash('sha256', identifier, 'buffer').readUInt32BE() % this.#parts;
  }

  /** Where it is counted, from now on until `untilMs`. */
  async #partOf(identifier: string, untilMs: number | undefined, nowMs: number): Promise<number> {
    const home = this.#homeOf(identifier);
    if (this.#parts === 1) return home;
    return await this.#inPart(home, (records) => {
      const key = keyOf(identifier);
      const part = awayIn(records)[key]?.[0];
      if (part !== undefined) noteAway(records, key, untilMs === undefined ? undefined : [part, untilMs], nowMs);
      return part ?? home;
    });
  }

  /** The shares of all parts together are the whole. */
  #roomOf(part: number): number {
    return Math.floor(this.#contextsMax / this.#parts) + (part < this.#contextsMax % this.#parts ? 1 : 0);
  }

  /** `false` where `change` leaves it as it is. */
  async #step(part: number, nowMs: number, change: (ends: Ends) => Ends | undefined): Promise<boolean> {
    return await this.#inPart(part, (records) => {
      const ends = change(endsAfter((records.get(NAME) as Ends | undefined) ?? {}, nowMs));
      if (ends === undefined) return false;
      const lastMs = lastOf(ends);
      if (lastMs === undefined) records.remove(NAME);
      else records.put(NAME, ends, lastMs);
      return true;
    });
  }

  #inPart<T>(part: number, action: (records: Records) => T): Promise<T> {
    return this.#records.transact(`${OF_COUNTS}contexts ${part}`, action);
  }
}

function keyOf(identifier: string): string {
  return hash('sha256', identifier, 'base64url').slice(0, KEY_LENGTH);
}

function awayIn(records: Records): Away {
  return (records.get(AWAY) as Away | undefined) ?? {};
}

/** Notes where one is counted, or that it is no more; forgets those that are over. */
function noteAway(records: Records, key: string, place: Away[string] | undefined, nowMs: number): void {
  const others = Object.entries(awayIn(records)).filter(([name, [, untilMs]]) => name !== key && untilMs > nowMs);
  const all = place === undefined ? others : [...others, [key, place] as const];
  if (all.length === 0) records.remove(AWAY);
  else records.put(AWAY, Object.fromEntries(all), Math.max(...all.map(([, [, untilMs]]) => untilMs)));
}
