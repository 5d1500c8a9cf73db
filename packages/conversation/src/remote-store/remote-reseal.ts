import { Fault } from '@parley/core';
import type { Resealed } from '@parley/sealing';
import type { SealedPlaces } from '@parley/sealing/internal';
import type { ReadHash, RemoteHashes } from './remote-hashes.ts';
import { untilFirst } from './remote-hashes.ts';
import type { RemoteNames } from './remote-names.ts';
import { isRecordField, placeNameOf } from './remote-records.ts';

/** Seals anew, under the key that seals now, what is sealed under another, while others read and write. */
export async function resealHashes(hashes: RemoteHashes, names: RemoteNames, places: SealedPlaces): Promise<Resealed> {
  let records = 0;
  let left = 0;
  const add = (done: Resealed): void => {
    records += done.records;
    left += done.left;
  };
  for await (const key of hashes.keys(names.contextPattern)) {
    if (names.identifierOf(key) === undefined) continue;
    add(await untilFirst(() => resealHash(hashes, key, () => new TextEncoder().encode(key), places)));
  }
  for await (const key of hashes.keys(names.recordsPattern))
    add(await untilFirst(() => resealHash(hashes, key, (field) => placeNameOf(key, field), places)));
  return { records, left };
}

/** All values of one hash, in one step; `undefined` where somebody else wrote meanwhile. */
async function resealHash(
  hashes: RemoteHashes,
  key: string,
  nameOf: (field: string) => Uint8Array,
  places: SealedPlaces,
): Promise<{ readonly value: Resealed } | undefined> {
  const fields = (await hashes.fieldNames(key)).filter(isRecordField);
  const before = fields.map((field) => places.at(nameOf(field)));
  const read: ReadHash = await hashes.read(key, fields);
  const written: (readonly [field: string, value: Uint8Array])[] = [];
  let left = 0;
  for (const [index, field] of fields.entries()) {
    const [record, place] = [read.fields[index], before[index]];
    if (record === undefined || place === undefined || places.isCurrent(record)) continue;
    let plaintext: Uint8Array;
    try {
      plaintext = place.open(record);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      left++;
      continue;
    }
    written.push([field, place.seal(plaintext)]);
    plaintext.fill(0);
  }
  const value = { records: written.length, left };
  if (written.length === 0) return { value };
  return (await hashes.replace(key, read, { fields: written, keepMs: '0', keep: 'extend' })) ? { value } : undefined;
}
