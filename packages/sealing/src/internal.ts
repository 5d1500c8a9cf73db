// What the other packages of Parley use of this one beside what is public. No promise is made for it: names come and go without
// a new major version.

export { openContext, sealContext } from './context-record.ts';
export { checkOwnership } from './file-ownership.ts';
export type { KeptRecord } from './kept-record.ts';
export { openKept, sealKept } from './kept-record.ts';
export { makeDirectory } from './make-directory.ts';
export { isSealedUnder, openRecord, recordNonce, sealRecord } from './sealed-record.ts';
