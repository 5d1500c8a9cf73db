export { openLmdbContextStore } from './lmdb/lmdb-context-store.ts';
export type { LmdbContextStoreOptions } from './lmdb/lmdb-context-store.ts';
export {
  createKeyEncryptionKeyFile,
  KeyEncryptionKey,
  keyEncryptionKeyFromFile,
  keyEncryptionKeyFromText,
} from './sealing/key-encryption-key.ts';
