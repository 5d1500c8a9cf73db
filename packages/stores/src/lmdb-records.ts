import { createHash } from 'node:crypto';
import type { RecordStore, Records } from '@parley/conversation';
import { isOfCounts } from '@parley/conversation/internal';
import { Fault } from '@parley/core';
import { openKept, sealKept } from '@parley/sealing/internal';
import type { Writing } from './lmdb-database.ts';
import type { SealedDatabase, SealedWriting } from './sealed-database.ts';

// Behind all contexts in the database's own order.
const PREFIX = 3;
const AFTER_RECORDS: Uint8Array = Uint8Array.of(PREFIX + 1);
const PARTITION_BYTES = 32;
const CLEARED_AT_ONCE = 256;

/** The records of a store, sealed as its contexts are; nobody can tell from their keys whose they are. */
export class LmdbRecords implements RecordStore {
  readonly #database: SealedDatabase;

  constructor(database: SealedDatabase) {
    this.#database = database;
  }

  async transact<T>(partition: string, action: (records: Records) => T): Promise<T> {
    const prefix = prefixOf(partition);
    const failures: unknown[] = [];
    const result = await this.#database.write('records', (writing) => {
      try {
        return { value: action(this.#within(writing, prefix, isOfCounts(partition))) };
      } catch (error) {
        // What the caller's own function throws goes back to it as it is, past the handling of LMDB's errors.
        failures.push(error);
        return undefined;
      }
    });
    if (result === undefined) throw failures[0];
    return result.value;
  }

  async clear(partition: string): Promise<void> {
    const start = prefixOf(partition);
    const end = endOf(start);
    if ((await this.#database.keyPages(start, end).next()).done === true) return;
    await this.#database.write('clear records', (writing) => {
      for (let keys = writing.keys(start, end, CLEARED_AT_ONCE); keys.length > 0; ) {
        for (const key of keys) writing.remove(key);
        keys = writing.keys(start, end, CLEARED_AT_ONCE);
      }
    });
  }

  /** Forgets what may be forgotten at `nowMs`; passes over what does not open. */
  async prune(nowMs: number): Promise<void> {
    for await (const page of this.#database.keyPages(Uint8Array.of(PREFIX), AFTER_RECORDS))
      await this.#database.write('prune records', (writing) => {
        for (const key of page) if (this.#isOver(writing, key, nowMs)) writing.remove(key);
      });
  }

  /** `isLoose`: an older record is as good as the newest. */
  #within(writing: SealedWriting, prefix: Uint8Array, isLoose: boolean): Records {
    const { places } = this.#database;
    return {
      get: (name) => {
        const key = keyOf(prefix, name);
        const sealed = writing.get(key);
        return sealed && openKept(sealed, isLoose ? places.loose(key) : places.within(key)).record;
      },
      put: (name, record, untilMs) => {
        const key = keyOf(prefix, name);
        const kept = { untilMs, record };
        if (isLoose) return writing.put(key, sealKept(kept, places.loose(key)));
        const place = places.within(key);
        // Another process may have written it last, by whose stamps it goes on.
        const before = writing.get(key);
        if (before !== undefined) place.follow(before);
        writing.putSealed(key, place, sealKept(kept, place), false);
      },
      remove: (name) => writing.remove(keyOf(prefix, name)),
    };
  }

  #isOver(writing: Writing, key: Uint8Array, nowMs: number): boolean {
    const sealed = writing.get(key);
    if (sealed === undefined) return false;
    try {
      return nowMs > openKept(sealed, this.#database.places.loose(key)).untilMs;
    } catch (error) {
      if (error instanceof Fault) return false;
      throw error;
    }
  }
}

function prefixOf(partition: string): Uint8Array {
  const prefix = new Uint8Array(1 + PARTITION_BYTES);
  prefix[0] = PREFIX;
  prefix.set(createHash('sha256').update(partition).digest(), 1);
  return prefix;
}

/** What comes behind all keys that begin with `prefix`: names are ASCII. */
function endOf(prefix: Uint8Array): Uint8Array {
  return Uint8Array.of(...prefix, 0xff);
}

function keyOf(prefix: Uint8Array, name: string): Uint8Array {
  const octets = new TextEncoder().encode(name);
  const key = new Uint8Array(prefix.length + octets.length);
  key.set(prefix);
  key.set(octets, prefix.length);
  return key;
}
