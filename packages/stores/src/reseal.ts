import { Fault } from '@parley/core';
import type { Resealed } from '@parley/sealing';
import type { SealedPlaces } from '@parley/sealing/internal';
import type { Writing } from './lmdb-database.ts';
import type { SealedDatabase } from './sealed-database.ts';

const FIRST: Uint8Array = Uint8Array.of(0);
const AFTER_ALL: Uint8Array = Uint8Array.of(0xff);

/** Seals everything in `database` under the key that seals now that is sealed under another. */
export async function resealAll(database: SealedDatabase): Promise<Resealed> {
  let records = 0;
  let left = 0;
  for await (const page of database.keyPages(FIRST, AFTER_ALL)) {
    const outcomes = await database.write('reseal', (writing) =>
      page.map((name) => resealOne(writing, name, database.places)),
    );
    records += outcomes.filter((outcome) => outcome === 'resealed').length;
    left += outcomes.filter((outcome) => outcome === 'left').length;
  }
  return { records, left };
}

function resealOne(writing: Writing, name: Uint8Array, places: SealedPlaces): 'resealed' | 'left' | 'fits' {
  const record = writing.get(name);
  if (record === undefined || places.isCurrent(record)) return 'fits';
  const place = places.within(name);
  let plaintext: Uint8Array;
  try {
    plaintext = place.open(record);
  } catch (error) {
    if (error instanceof Fault) return 'left';
    throw error;
  }
  try {
    writing.put(name, place.seal(plaintext));
    return 'resealed';
  } finally {
    plaintext.fill(0);
  }
}
