import type { Kind } from '@parley/core/internal';
import {
  callback,
  called,
  FINITE,
  OldestFirst,
  optional,
  requireOptions,
  shapeOf,
  textLike,
  whole,
} from '@parley/core/internal';
import type { RollbackWitness } from '@parley/sealing';
import { MemoryWitness } from '@parley/sealing';
import { stampAt } from '@parley/sealing/internal';
import { requireWhat } from './database-check.ts';
import { LmdbDatabase } from './lmdb-database.ts';
import { hadStore, markStore } from './store-marker.ts';

export interface LmdbWitnessOptions {
  /** A folder of the witness's own: not in the store, nor in a backup of it. */
  readonly directory: string;
  /** How long is remembered that a context changed: no shorter than contexts live. Default 30 days. */
  readonly keepMs?: number | undefined;
  /** Epoch milliseconds. Default: the clock of this machine. */
  readonly nowMs?: (() => number) | undefined;
}

/** A witness in a folder. */
export interface LmdbWitness extends RollbackWitness {
  close(): Promise<void>;
}

const OPTIONS: Kind<LmdbWitnessOptions> = shapeOf<LmdbWitnessOptions>({
  directory: textLike(/^[^\0]+$/, 'the name of a folder'),
  keepMs: optional(whole(1)),
  nowMs: optional(callback()),
});

const WHAT = 'parley rollback witness 1';
const PREFIX = 1;
const AFTER_ALL: Uint8Array = Uint8Array.of(PREFIX + 1);
/** What is over and is forgotten with each write, at most: so that none takes long, and all of it goes in the end. */
const FORGOTTEN_A_WRITE = 4;

/**
 * Opens what remembers, in a folder apart from the store, how new the record of each context is that was changed: what was cancelled or renewed before a process
 * ended is not taken back after it, whoever put the older record there. What was only made has no older record, and costs nothing.
 *
 * @throws Fault `caller.option-invalid`; `caller.store-permissions`, `internal.store-corrupt`, `internal.store-unavailable`
 */
export async function openLmdbWitness(options: LmdbWitnessOptions): Promise<LmdbWitness> {
  requireOptions(OPTIONS, options, 'options');
  const { directory, keepMs = 30 * 86_400_000, nowMs = Date.now } = options;
  const leastStamp = (): number => stampAt(called('nowMs', FINITE, nowMs) - keepMs);
  const wasThere = await hadStore(directory);
  const database = await LmdbDatabase.open(directory, false, wasThere);
  try {
    await database.write('open', (writing) => requireWhat(writing, WHAT, wasThere));
    if (!wasThere) await markStore(directory);
    const witness = new FolderWitness(database, leastStamp);
    await witness.load();
    return witness;
  } catch (error) {
    await database.close();
    throw error;
  }
}

class FolderWitness implements LmdbWitness {
  readonly #database: LmdbDatabase;
  /** What was written before it is forgotten. */
  readonly #leastStamp: () => number;
  /** What is in the folder, by place; what was written first stands first, more or less. */
  readonly #kept = new OldestFirst<string, number>();
  readonly #seen = new MemoryWitness();

  constructor(database: LmdbDatabase, leastStamp: () => number) {
    this.#database = database;
    this.#leastStamp = leastStamp;
  }

  /** Reads what is there, and forgets what was written too long ago. */
  async load(): Promise<void> {
    const leastStamp = this.#leastStamp();
    const found: (readonly [place: string, stamp: number])[] = [];
    for await (const page of this.#database.keyPages(Uint8Array.of(PREFIX), AFTER_ALL))
      await this.#database.write('load', (writing) => {
        for (const key of page) {
          const stamp = stampIn(writing.get(key));
          if (stamp < leastStamp) writing.remove(key);
          else found.push([new TextDecoder().decode(key.subarray(1)), stamp]);
        }
      });
    for (const [place, stamp] of found.sort(([, left], [, right]) => left - right)) this.#kept.put(place, stamp);
  }

  newest(place: string): number {
    return Math.max(this.#kept.get(place) ?? 0, this.#seen.newest(place));
  }

  saw(place: string, stamp: number): void {
    this.#seen.saw(place, stamp);
  }

  async wrote(place: string, stamp: number): Promise<void> {
    this.#seen.saw(place, stamp);
    if (stamp <= (this.#kept.get(place) ?? 0)) return;
    this.#kept.put(place, stamp);
    const leastStamp = this.#leastStamp();
    const over = this.#takeOver(leastStamp);
    await this.#database.write('witness', (writing) => {
      // Another process may know more, of this and of those.
      const key = keyOf(place);
      if (stamp > stampIn(writing.get(key))) writing.put(key, octetsOf(stamp));
      for (const old of over.map(keyOf)) if (stampIn(writing.get(old)) < leastStamp) writing.remove(old);
    });
  }

  close(): Promise<void> {
    return this.#database.close();
  }

  #takeOver(leastStamp: number): readonly string[] {
    const over: string[] = [];
    for (const [place, stamp] of this.#kept) {
      if (stamp >= leastStamp || over.length === FORGOTTEN_A_WRITE) break;
      over.push(place);
    }
    for (const place of over) this.#kept.delete(place);
    return over;
  }
}

function keyOf(place: string): Uint8Array {
  return Uint8Array.of(PREFIX, ...new TextEncoder().encode(place));
}

function stampIn(octets: Uint8Array | undefined): number {
  return octets === undefined ? 0 : Number(new DataView(octets.buffer, octets.byteOffset).getBigUint64(0));
}

function octetsOf(stamp: number): Uint8Array {
  const octets = new Uint8Array(8);
  new DataView(octets.buffer).setBigUint64(0, BigInt(stamp));
  return octets;
}
