import { hash } from 'node:crypto';
import { Fault } from '@parley/core';
import type { RecordStore } from '../store/record-store.ts';
import { OF_COUNTS } from '../store/record-store.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** How coarsely it is noted when contexts end, by how far off that is. */
const GRAIN_NEAR_MS = 10 * MINUTE_MS;
const GRAIN_FAR_MS = DAY_MS / 4;
/** What ends later is counted so long, and then once more when it is renewed or ends. */
const FAR_MAX_MS = 60 * DAY_MS;

/** Partitions; each changes by itself, so that many processes can issue at once, and has an equal share of the whole. */
const PARTS_MAX = 64;
/** So many that chance spreads them evenly, but for a hundredth or three. */
const PART_CONTEXTS_MIN = 4096;
const NAME = 'total';

/** Instant by which contexts are over and forgotten (epoch milliseconds) -> how many of them. */
type Ends = Readonly<Record<string, number>>;

/** A context as it is counted. */
export interface Counted {
  readonly identifier: string;
  /** From when on the store may have forgotten it. */
  readonly untilMs: number;
}

/**
 * How many contexts all who issue into a store may have together: live ones, and those that are over and still remembered. Each is counted in the
 * part that its identifier falls into, so that the last few hundredths may not be had; nobody ever has more.
 */
export class SharedTotal {
  readonly #records: RecordStore;
  readonly #parts: number;
  readonly #perPartMax: number;

  constructor(records: RecordStore, contextsMax: number) {
    this.#records = records;
    this.#parts = Math.min(PARTS_MAX, Math.max(1, Math.floor(contextsMax / PART_CONTEXTS_MIN)));
    this.#perPartMax = Math.floor(contextsMax / this.#parts);
  }

  /** Counts one more. @throws Fault `internal.quota`, and as the store */
  async take({ identifier, untilMs }: Counted, nowMs: number): Promise<void> {
    await this.#step(identifier, nowMs, (ends) => {
      const contexts = Object.values(ends).reduce((sum, count) => sum + count, 0);
      if (contexts >= this.#perPartMax)
        throw new Fault('internal.quota', { quota: 'contexts-total', contexts: contexts * this.#parts });
      return withOne(ends, endOf(untilMs, nowMs));
    });
  }

  /** It ends later now, or earlier, than when it was counted last. */
  async moved({ identifier, untilMs }: Counted, beforeMs: number, nowMs: number): Promise<void> {
    await this.#step(identifier, nowMs, (ends) => withOne(withoutOne(ends, beforeMs), endOf(untilMs, nowMs)));
  }

  /** It was never stored, or is forgotten. */
  async release({ identifier, untilMs }: Counted, nowMs: number): Promise<void> {
    await this.#step(identifier, nowMs, (ends) => withoutOne(ends, untilMs));
  }

  async #step(identifier: string, nowMs: number, change: (ends: Ends) => Ends): Promise<void> {
    const part = hash('sha256', identifier, 'buffer').readUInt32BE() % this.#parts;
    await this.#records.transact(`${OF_COUNTS}contexts ${part}`, (records) => {
      const kept = Object.entries((records.get(NAME) as Ends | undefined) ?? {});
      const after = change(Object.fromEntries(kept.filter(([endMs]) => Number(endMs) > nowMs)));
      const ends = Object.keys(after).map(Number);
      if (ends.length === 0) records.remove(NAME);
      else records.put(NAME, after, Math.max(...ends));
    });
  }
}

/** No earlier than `untilMs`, unless that is beyond all that is noted. */
function endOf(untilMs: number, nowMs: number): number {
  const farthestMs = Math.min(untilMs, nowMs + FAR_MAX_MS);
  const grainMs = farthestMs - nowMs > DAY_MS ? GRAIN_FAR_MS : GRAIN_NEAR_MS;
  return Math.ceil(farthestMs / grainMs) * grainMs;
}

function withOne(ends: Ends, endMs: number): Ends {
  return { ...ends, [endMs]: (ends[endMs] ?? 0) + 1 };
}

/** Of those that end no earlier, the next; else the last: how far off it was noted is not known any more. */
function withoutOne(ends: Ends, untilMs: number): Ends {
  const sorted = Object.keys(ends).sort((left, right) => Number(left) - Number(right));
  const found = sorted.find((endMs) => Number(endMs) >= untilMs) ?? sorted.at(-1);
  if (found === undefined) return ends;
  const { [found]: count = 1, ...others } = ends;
  return count > 1 ? { ...others, [found]: count - 1 } : others;
}
