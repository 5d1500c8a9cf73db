export {
  createKeyEncryptionKeyFile,
  KeyEncryptionKey,
  keyEncryptionKeyFromFile,
  keyEncryptionKeyFromText,
} from './key-encryption-key.ts';
