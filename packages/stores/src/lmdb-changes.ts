import { CHANGES_KEPT, changesSince } from '@parley/conversation/internal';
import { Fault } from '@parley/core';
import type { ContextChanges } from '@parley/engine';
import type { Change } from './change-record.ts';
import { readChange, writeChange } from './change-record.ts';
import { keyNamed } from './context-keys.ts';
import type { Writing } from './lmdb-database.ts';
import type { SealedDatabase } from './sealed-database.ts';

// Before all contexts in the database's own order: how many changes there were, and the latest by number.
const COUNT_KEY: Uint8Array = Uint8Array.of(0, 1);

/** The changes of a store, beside its contexts and in the same transactions. */
export class LmdbChanges {
  readonly #database: SealedDatabase;

  constructor(database: SealedDatabase) {
    this.#database = database;
  }

  /** That the record of a context has that stamp from now on, or is gone. */
  append(writing: Writing, identifier: string, stamp: number): void {
    const number = this.#countIn(writing.get(COUNT_KEY));
    this.#put(writing, slotKey(number), { number, stamp, identifier });
    this.#put(writing, COUNT_KEY, { number: number + 1, stamp: 0, identifier: '' });
  }

  /** @throws Fault `internal.store-corrupt`, `internal.store-unavailable`, `caller.store-key-wrong` */
  async since(position: number | undefined): Promise<ContextChanges> {
    const count = this.#countIn(await this.#database.get(COUNT_KEY));
    if (position === undefined) return { position: count, identifiers: [] };
    const numbers = changesSince(position, count);
    const identifiers = numbers && (await Promise.all(numbers.map((number) => this.#identifierOf(number))));
    // Overwritten while we read: too long ago to tell.
    return { position: count, identifiers: identifiers?.includes(undefined) ? undefined : (identifiers as string[]) };
  }

  /** Hears of the latest changes, by whomever they were made: a record that is older than one of them says is not taken. @throws Fault as {@link since} */
  async hearLatest(): Promise<void> {
    const { position } = await this.since(undefined);
    await this.since(Math.max(0, position - CHANGES_KEPT));
  }

  async #identifierOf(number: number): Promise<string | undefined> {
    const key = slotKey(number);
    const record = await this.#database.get(key);
    if (record === undefined) throw new Fault('internal.store-corrupt', { reason: 'change missing' });
    const change = readChange(this.#database.places.loose(key).open(record));
    if (change.number !== number) return undefined;
    const context = keyNamed(change.identifier);
    if (context !== undefined) this.#database.places.heard(context, change.stamp);
    return change.identifier;
  }

  #countIn(record: Uint8Array | undefined): number {
    return record === undefined ? 0 : readChange(this.#database.places.loose(COUNT_KEY).open(record)).number;
  }

  #put(writing: Writing, key: Uint8Array, change: Change): void {
    writing.put(key, this.#database.places.loose(key).seal(writeChange(change)));
  }
}

function slotKey(number: number): Uint8Array {
  const slot = number % CHANGES_KEPT;
  return Uint8Array.of(0, 1, slot >> 8, slot & 0xff);
}
