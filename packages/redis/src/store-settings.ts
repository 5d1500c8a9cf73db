import type { ContextStoreOptions } from '@parley/conversation';
import type { CallLimits } from '@parley/conversation/internal';
import { STORE_MEMBERS } from '@parley/conversation/internal';
import type { Kind, Members } from '@parley/core/internal';
import { callback, listOf, optional, port, shapeOf, TEXT, whole } from '@parley/core/internal';
import type { KeyEncryptionKey, RollbackWitness } from '@parley/sealing';
import { ROLLBACK_WITNESS } from '@parley/sealing/internal';
import type { RedisClient } from './redis-client.ts';

/** Where something is kept. */
export interface RedisPlace extends CallLimits {
  /** Yours, connected, and not closed by this; an outage of its server it outlives by itself. */
  readonly client: RedisClient;
  /** What all keys and the channel begin with. Default `parley:`. */
  readonly prefix?: string | undefined;
}

export interface RedisContextStoreOptions extends ContextStoreOptions, RedisPlace {
  /** Seals what is written. */
  readonly keyEncryptionKey: KeyEncryptionKey;
  /**
   * Keys that older records may be sealed under. To rotate: give the new key here to every node, then first to one after the other, and
   * the old one here until the contexts of its time have expired.
   */
  readonly olderKeyEncryptionKeys?: readonly KeyEncryptionKey[] | undefined;
  /** What remembers how new each record is, so that an older one that is put back does not open. Default: the memory of this process. */
  readonly witness?: RollbackWitness | undefined;
  /** Epoch milliseconds, from which the server is told how long to keep what is written. Default: the clock of this machine. */
  readonly nowMs?: (() => number) | undefined;
}

const KEY: Kind<KeyEncryptionKey> = port('isNamed');

export const PLACE: Members<RedisPlace> = {
  client: port<RedisClient>('duplicate', 'on'),
  prefix: optional(TEXT),
  withinMs: optional(whole(1)),
  callsMax: optional(whole(1)),
};

export const STORE_OPTIONS: Kind<RedisContextStoreOptions> = shapeOf<RedisContextStoreOptions>({
  ...PLACE,
  ...STORE_MEMBERS,
  keyEncryptionKey: KEY,
  olderKeyEncryptionKeys: optional(listOf(KEY)),
  witness: optional(ROLLBACK_WITNESS),
  nowMs: optional(callback()),
});

export const PREFIX = 'parley:';
