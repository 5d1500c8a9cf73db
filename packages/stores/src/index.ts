export { openLmdbContextStore } from './lmdb-context-store.ts';
export type { LmdbContextStoreOptions } from './lmdb-context-store.ts';
export {
  createKeyEncryptionKeyFile,
  KeyEncryptionKey,
  keyEncryptionKeyFromFile,
  keyEncryptionKeyFromText,
} from '@parley/sealing';
