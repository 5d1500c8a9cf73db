export { KeyEncryptionKey, keyEncryptionKeyFromText } from './key-encryption-key.ts';
export {
  createKeyEncryptionKeyFile,
  createWrappedKeyFile,
  keyEncryptionKeyFromFile,
  rewrapKeyFile,
} from './key-file.ts';
export type { KeyWrapper, WrappedKey } from './wrapped-key.ts';
export { keyEncryptionKeyFromWrappedText } from './wrapped-key.ts';
