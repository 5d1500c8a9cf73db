import type { Kind } from '@parley/core/internal';
import { OldestFirst, port } from '@parley/core/internal';

/** What remembers, outside of a store, how new the records in it are: whoever may write there can put back an older one, which is sealed as well as any. */
export interface RollbackWitness {
  /** The stamp of the newest record known at `place`; 0 where none is. */
  newest(place: string): number;
  /** A record of that stamp is there: it was read, or somebody told of it. */
  saw(place: string, stamp: number): void;
  /** A record of that stamp was written there. Kept, when it resolves, as well as this keeps anything. */
  wrote(place: string, stamp: number): Promise<void>;
}

export const ROLLBACK_WITNESS: Kind<RollbackWitness> = port('newest', 'saw', 'wrote');

/** Places that are remembered; those of which nothing was heard for longest go first. */
const PLACES_MAX = 200_000;

/** A witness in the memory of this process: it knows what this process has seen, and has been told. */
export class MemoryWitness implements RollbackWitness {
  readonly #stamps = new OldestFirst<string, number>();

  newest(place: string): number {
    return this.#stamps.get(place) ?? 0;
  }

  saw(place: string, stamp: number): void {
    this.#stamps.put(place, Math.max(stamp, this.newest(place)));
    const { size, oldest } = this.#stamps;
    if (size > PLACES_MAX && oldest !== undefined) this.#stamps.delete(oldest);
  }

  async wrote(place: string, stamp: number): Promise<void> {
    this.saw(place, stamp);
  }
}
