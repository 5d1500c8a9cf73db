import { Fault } from '@parley/core';
import { FINITE, optional, requireKind, requireOptions, shapeOf, TEXT, whole } from '@parley/core/internal';
import type { ReplayEntry, ReplayShare } from '@parley/engine';
import { REPLAY_ENTRY, REPLAY_SHARE } from '@parley/engine/internal';
import { ClaimTable } from './claim-table.ts';
import type { Claims } from './claims.ts';

export interface MemoryClaimsOptions {
  /** Messages remembered at one time, about 30 octets each. Default 10,000,000. */
  readonly entriesMax?: number | undefined;
  /**
   * How far one partition may be behind another, by the time that messages are judged at. Each is remembered so much longer; one that is
   * later still is refused as a replay, for nobody could tell. Default ten minutes.
   */
  readonly lagMaxMs?: number | undefined;
}

const OPTIONS = shapeOf<MemoryClaimsOptions>({ entriesMax: optional(whole()), lagMaxMs: optional(whole()) });

const GENERATION_MS = 60_000;
/** Who holds more than so many times what is left gets no more. */
const LEFT_TIMES = 3;

interface Generation {
  readonly table: ClaimTable;
  readonly owners: Map<string, number>;
}

/**
 * {@link Claims} in this process's memory: enough for one reader whose restart takes longer than messages live. It forgets
 * by the latest time that it was told, and never early: when it is full, it refuses, and before that who holds most.
 */
export class MemoryClaims implements Claims {
  readonly #entriesMax: number;
  readonly #lagMaxMs: number;
  /** Minute of the end of its entries -> those entries. */
  readonly #generations = new Map<number, Generation>();
  readonly #owners = new Map<string, number>();
  #latestMs = Number.NEGATIVE_INFINITY;
  #entries = 0;

  /** @throws Fault `caller.option-invalid` */
  constructor(options: MemoryClaimsOptions = {}) {
    requireOptions(OPTIONS, options, 'options');
    const { entriesMax = 10_000_000, lagMaxMs = 600_000 } = options;
    this.#entriesMax = entriesMax;
    this.#lagMaxMs = lagMaxMs;
  }

  /** Messages remembered now. */
  get size(): number {
    return this.#entries;
  }

  /** @throws Fault `caller.option-invalid`; `internal.quota` no room */
  claim(entry: ReplayEntry, place: string, nowMs: number, share: ReplayShare): boolean {
    requireKind(REPLAY_ENTRY, entry, 'entry');
    requireKind(TEXT, place, 'place');
    requireKind(FINITE, nowMs, 'nowMs');
    requireKind(REPLAY_SHARE, share, 'share');
    const { scope, key, untilMs } = entry;
    const { owner } = share;
    if (nowMs > this.#latestMs) {
      this.#latestMs = nowMs;
      this.#forget();
    }
    const endMs = untilMs + this.#lagMaxMs;
    if (endMs <= this.#latestMs) return false;
    // A replay ends when the first one does, so that it is in this generation or in none.
    const number = Math.ceil(endMs / GENERATION_MS);
    const generation = this.#generations.get(number) ?? { table: new ClaimTable(), owners: new Map<string, number>() };
    // The length keeps the two apart: ("a", "bc") is not ("ab", "c").
    const name = `${scope.length}:${scope}${key}`;
    const isOwn = generation.table.isOf(name, place);
    if (isOwn !== undefined) return isOwn;
    this.#take(owner, generation);
    generation.table.insert(name, place);
    this.#generations.set(number, generation);
    return true;
  }

  #take(owner: string, generation: Generation): void {
    const held = this.#owners.get(owner) ?? 0;
    if (held >= LEFT_TIMES * (this.#entriesMax - this.#entries))
      throw new Fault('internal.quota', { quota: 'claims', entries: held, principal: owner.slice(0, 128) });
    this.#owners.set(owner, held + 1);
    generation.owners.set(owner, (generation.owners.get(owner) ?? 0) + 1);
    this.#entries++;
  }

  /** Forgets the generations that are over; looks at each once a minute at most. */
  #forget(): void {
    for (const [number, { table, owners }] of this.#generations) {
      if (number * GENERATION_MS > this.#latestMs) continue;
      this.#generations.delete(number);
      this.#entries -= table.count;
      for (const [owner, count] of owners) {
        const left = (this.#owners.get(owner) ?? 0) - count;
        if (left > 0) this.#owners.set(owner, left);
        else this.#owners.delete(owner);
      }
    }
  }
}
