import { CHANGES_KEPT, changesSince } from '@parley/conversation/internal';
import { Fault } from '@parley/core';
import type { ContextChanges } from '@parley/engine';
import type { KeyEncryptionKey } from '@parley/sealing';
import { openRecord, sealRecord } from '@parley/sealing/internal';
import { readChange, writeChange } from './change-record.ts';
import type { LmdbDatabase, Writing } from './lmdb-database.ts';

// Before all contexts in the database's own order: how many changes there were, and the latest by number.
const COUNT_KEY: Uint8Array = Uint8Array.of(0, 1);

/** The changes of a store, beside its contexts and in the same transactions. */
export class LmdbChanges {
  readonly #database: LmdbDatabase;
  readonly #keys: readonly [KeyEncryptionKey, ...KeyEncryptionKey[]];

  /** The first of `keys` seals. */
  constructor(database: LmdbDatabase, keys: readonly [KeyEncryptionKey, ...KeyEncryptionKey[]]) {
    this.#database = database;
    this.#keys = keys;
  }

  append(writing: Writing, identifier: string): void {
    const count = this.#countIn(writing.get(COUNT_KEY));
    const key = slotKey(count);
    writing.put(key, sealRecord(writeChange(count, identifier), key, this.#keys[0]));
    writing.put(COUNT_KEY, sealRecord(writeChange(count + 1, ''), COUNT_KEY, this.#keys[0]));
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

  async #identifierOf(number: number): Promise<string | undefined> {
    const key = slotKey(number);
    const record = await this.#database.get(key);
    if (record === undefined) throw new Fault('internal.store-corrupt', { reason: 'change missing' });
    const change = readChange(openRecord(record, key, this.#keys));
    return change.number === number ? change.identifier : undefined;
  }

  #countIn(record: Uint8Array | undefined): number {
    return record === undefined ? 0 : readChange(openRecord(record, COUNT_KEY, this.#keys)).number;
  }
}

function slotKey(number: number): Uint8Array {
  const slot = number % CHANGES_KEPT;
  return Uint8Array.of(0, 1, slot >> 8, slot & 0xff);
}
