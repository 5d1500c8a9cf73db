import type { SealedPlaces, WitnessedPlace } from '@parley/sealing/internal';
import type { LmdbDatabase, Writing } from './lmdb-database.ts';

/** What a transaction of sealed records may do. */
export interface SealedWriting extends Writing {
  /**
   * Puts a record that was sealed for `place`, which is that of `key`; once it is committed, it is known there, and with `isKept`
   * longer than this process lives.
   */
  putSealed(key: Uint8Array, place: WitnessedPlace, record: Uint8Array, isKept: boolean): void;
}

/** A database, and the places of its records. */
export class SealedDatabase {
  readonly places: SealedPlaces;
  readonly #database: LmdbDatabase;

  constructor(database: LmdbDatabase, places: SealedPlaces) {
    this.#database = database;
    this.places = places;
  }

  /** @throws Fault as `LmdbDatabase` */
  get(key: Uint8Array): Promise<Uint8Array | undefined> {
    return this.#database.get(key);
  }

  /** @throws Fault as `LmdbDatabase` */
  keyPages(start: Uint8Array, end: Uint8Array): AsyncGenerator<readonly Uint8Array[], void> {
    return this.#database.keyPages(start, end);
  }

  /** One transaction, as that of `LmdbDatabase`. @throws Fault as `LmdbDatabase`, and as a witness */
  async write<T>(operation: string, action: (writing: SealedWriting) => T): Promise<T> {
    const written: { readonly place: WitnessedPlace; readonly record: Uint8Array; readonly isKept: boolean }[] = [];
    const result = await this.#database.write(operation, (writing) => {
      const putSealed: SealedWriting['putSealed'] = (key, place, record, isKept) => {
        writing.put(key, record);
        written.push({ place, record, isKept });
      };
      return action({ ...writing, putSealed });
    });
    for (const { place, record, isKept } of written) {
      if (isKept) await place.wrote(record);
      else place.saw(record);
    }
    return result;
  }

  close(): Promise<void> {
    return this.#database.close();
  }
}
