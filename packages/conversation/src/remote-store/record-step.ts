import type { KeptRecord } from '@parley/sealing/internal';
import type { Records, StoredRecord } from '../store/record-store.ts';

/** Ends an action that needs what was not read yet. */
const WANTED = new Error('more is to be read');

/** One run of an action on what is known of its partition. */
export class RecordStep implements Records {
  readonly #known: ReadonlyMap<string, StoredRecord | undefined>;
  /** `undefined`: removed. */
  readonly writes: Map<string, KeptRecord | undefined> = new Map();
  /** What it asked for that is not known: this run does not count. */
  wanted: string | undefined;

  constructor(known: ReadonlyMap<string, StoredRecord | undefined>) {
    this.#known = known;
  }

  run<T>(action: (records: Records) => T): { readonly value: T } | { readonly error: unknown } {
    try {
      return { value: action(this) };
    } catch (error) {
      return { error };
    }
  }

  get(name: string): StoredRecord | undefined {
    if (this.writes.has(name)) return this.writes.get(name)?.record;
    if (this.#known.has(name)) return this.#known.get(name);
    this.wanted ??= name;
    throw WANTED;
  }

  put(name: string, record: StoredRecord, untilMs: number): void {
    this.writes.set(name, { record, untilMs });
  }

  remove(name: string): void {
    this.writes.set(name, undefined);
  }
}
