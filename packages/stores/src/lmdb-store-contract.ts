import type { ContextStoreOptions, SealedContextStore } from '@parley/conversation';
import { STORE_MEMBERS } from '@parley/conversation/internal';
import type { Kind } from '@parley/core/internal';
import { callback, FLAG, instanceOf, listOf, optional, shapeOf, textLike } from '@parley/core/internal';
import type { RollbackWitness } from '@parley/sealing';
import { KeyEncryptionKey } from '@parley/sealing';
import { ROLLBACK_WITNESS } from '@parley/sealing/internal';

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
  /** What remembers how new each record is, so that an older one that is put back does not open. Default: the memory of this process. */
  readonly witness?: RollbackWitness | undefined;
  /** Epoch milliseconds, by which records are newer than others. Default: the clock of this machine. */
  readonly nowMs?: (() => number) | undefined;
}

export const LMDB_STORE_OPTIONS: Kind<LmdbContextStoreOptions> = shapeOf<LmdbContextStoreOptions>({
  ...STORE_MEMBERS,
  directory: textLike(/^[^\0]+$/, 'the name of a folder'),
  keyEncryptionKey: instanceOf(KeyEncryptionKey),
  olderKeyEncryptionKeys: optional(listOf(instanceOf(KeyEncryptionKey))),
  readOnly: optional(FLAG),
  witness: optional(ROLLBACK_WITNESS),
  nowMs: optional(callback()),
});

/** A store in a folder. */
export type LmdbContextStore = SealedContextStore;
