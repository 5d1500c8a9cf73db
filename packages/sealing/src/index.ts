export { KeyEncryptionKey, keyEncryptionKeyFromText } from './key-encryption-key.ts';
export {
  createKeyEncryptionKeyFile,
  createWrappedKeyFile,
  keyEncryptionKeyFromFile,
  rewrapKeyFile,
} from './key-file.ts';
export type { Resealed } from './resealed.ts';
export type { RollbackWitness } from './rollback-witness.ts';
export { MemoryWitness } from './rollback-witness.ts';
export type { KeyWrapper, WrappedKey } from './wrapped-key.ts';
export { keyEncryptionKeyFromWrappedText } from './wrapped-key.ts';
