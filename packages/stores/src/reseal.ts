import { Fault } from '@parley/core';
import type { KeyEncryptionKey } from '@parley/sealing';
import { isSealedUnder, openRecord, sealRecord } from '@parley/sealing/internal';
import type { LmdbDatabase, Writing } from './lmdb-database.ts';

/** What came of sealing records anew. */
export interface Resealed {
  /** Records that are sealed under the new key now and were not before. */
  readonly records: number;
  /** Records that no key opens: damaged, or of a key that was not given. They are left as they are. */
  readonly left: number;
}

const FIRST: Uint8Array = Uint8Array.of(0);
const AFTER_ALL: Uint8Array = Uint8Array.of(0xff);
// One transaction holds the write lock of all processes: not for long.
const BATCH = 256;

/** Seals everything in `database` under the first of `keys` that is sealed under another of them. */
export async function resealAll(
  database: LmdbDatabase,
  keys: readonly [KeyEncryptionKey, ...KeyEncryptionKey[]],
): Promise<Resealed> {
  const names = await database.keys(FIRST, AFTER_ALL);
  let records = 0;
  let left = 0;
  for (let at = 0; at < names.length; at += BATCH) {
    const outcomes = await database.write('reseal', (writing) =>
      names.slice(at, at + BATCH).map((name) => resealOne(writing, name, keys)),
    );
    records += outcomes.filter((outcome) => outcome === 'resealed').length;
    left += outcomes.filter((outcome) => outcome === 'left').length;
  }
  return { records, left };
}

function resealOne(
  writing: Writing,
  name: Uint8Array,
  keys: readonly [KeyEncryptionKey, ...KeyEncryptionKey[]],
): 'resealed' | 'left' | 'fits' {
  const record = writing.get(name);
  if (record === undefined || isSealedUnder(record, keys[0])) return 'fits';
  let plaintext: Uint8Array;
  try {
    plaintext = openRecord(record, name, keys);
  } catch (error) {
    if (error instanceof Fault) return 'left';
    throw error;
  }
  try {
    writing.put(name, sealRecord(plaintext, name, keys[0]));
    return 'resealed';
  } finally {
    plaintext.fill(0);
  }
}
