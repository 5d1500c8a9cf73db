// What the other packages of Parley use of this one beside what is public. No promise is made for it: names come and go without
// a new major version.

export { openContext, sealContext } from './context-record.ts';
export { checkOwnership } from './file-ownership.ts';
export type { KeptRecord } from './kept-record.ts';
export { openKept, sealKept } from './kept-record.ts';
export { makeDirectory } from './make-directory.ts';
export type { RecordPlace } from './record-place.ts';
export { recordPlace } from './record-place.ts';
export { ROLLBACK_WITNESS } from './rollback-witness.ts';
export type { WitnessedPlace } from './sealed-places.ts';
export { SealedPlaces, stampAt } from './sealed-places.ts';
export { isSealedUnder, openRecord, sealRecord, stampOf } from './sealed-record.ts';
