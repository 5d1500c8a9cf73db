export { openLmdbContextStore } from './lmdb/lmdb-context-store.ts';
export type { LmdbContextStore, LmdbContextStoreOptions } from './lmdb/lmdb-store-contract.ts';
export type { Resealed } from './lmdb/reseal.ts';
export {
  createKeyEncryptionKeyFile,
  KeyEncryptionKey,
  keyEncryptionKeyFromFile,
  keyEncryptionKeyFromText,
} from './sealing/key-encryption-key.ts';
