export { openLmdbWitness } from './lmdb-witness.ts';
export type { LmdbWitness, LmdbWitnessOptions } from './lmdb-witness.ts';
export { openLmdbContextStore } from './lmdb-context-store.ts';
export { openLmdbReplayCache } from './lmdb-replay-cache.ts';
export type { LmdbReplayCache, LmdbReplayCacheOptions } from './lmdb-replay-cache.ts';
export type { LmdbContextStore, LmdbContextStoreOptions } from './lmdb-store-contract.ts';
export type { Resealed } from '@parley/sealing';
export {
  createKeyEncryptionKeyFile,
  KeyEncryptionKey,
  keyEncryptionKeyFromFile,
  keyEncryptionKeyFromText,
} from '@parley/sealing';
