import type { ContextStore, ContextStoreOptions } from '@parley/conversation';
import { STORE_MEMBERS } from '@parley/conversation/internal';
import type { Kind } from '@parley/core/internal';
import { FLAG, instanceOf, listOf, optional, shapeOf, textLike } from '@parley/core/internal';
import { KeyEncryptionKey } from '@parley/sealing';
import type { Resealed } from './reseal.ts';

export interface LmdbContextStoreOptions extends ContextStoreOptions {
  /** A folder of the store's own: made with mode 0700, and it must be so. */
  readonly directory: string;
  /** Seals what is written. */
  readonly keyEncryptionKey: KeyEncryptionKey;
  /**
   * Keys that older records may be sealed under. To rotate: give the new key first and the old one here, and `reseal`; then leave
   * it out.
   */
  readonly olderKeyEncryptionKeys?: readonly KeyEncryptionKey[] | undefined;
  readonly readOnly?: boolean | undefined;
}

export const LMDB_STORE_OPTIONS: Kind<LmdbContextStoreOptions> = shapeOf<LmdbContextStoreOptions>({
  ...STORE_MEMBERS,
  directory: textLike(/^[^\0]+$/, 'the name of a folder'),
  keyEncryptionKey: instanceOf(KeyEncryptionKey),
  olderKeyEncryptionKeys: optional(listOf(instanceOf(KeyEncryptionKey))),
  readOnly: optional(FLAG),
});

/** A store in a folder. */
export interface LmdbContextStore extends ContextStore {
  /**
   * Seals anew what is sealed under one of `olderKeyEncryptionKeys`, tombstones too, while others read and write. When nothing is
   * left, those keys are not needed any more: once every process that writes has the new one.
   */
  reseal(): Promise<Resealed>;
}
