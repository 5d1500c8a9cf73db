import type { ContextStoreOptions } from '@parley/conversation';
import type { CallLimits } from '@parley/conversation/internal';
import { STORE_MEMBERS } from '@parley/conversation/internal';
import type { Kind, Members } from '@parley/core/internal';
import { callback, listOf, optional, port, shapeOf, textLike, whole } from '@parley/core/internal';
import type { KeyEncryptionKey, RollbackWitness } from '@parley/sealing';
import { ROLLBACK_WITNESS } from '@parley/sealing/internal';
import type { PostgresPool } from './postgres-pool.ts';

/** Where something is kept. */
export interface PostgresPlace extends CallLimits {
  /** Yours, and not closed by this; an outage of its server it outlives by itself. */
  readonly pool: PostgresPool;
  /** The schema that tables and functions are made in, where they are not there yet. Default `parley`. */
  readonly schema?: string | undefined;
}

export interface PostgresContextStoreOptions extends ContextStoreOptions, PostgresPlace {
  /** Seals what is written. */
  readonly keyEncryptionKey: KeyEncryptionKey;
  /** Keys that older records may be sealed under. */
  readonly olderKeyEncryptionKeys?: readonly KeyEncryptionKey[] | undefined;
  /** What remembers how new each record is, so that an older one that is put back does not open. Default: the memory of this process. */
  readonly witness?: RollbackWitness | undefined;
  /** Epoch milliseconds, from which the server is told how long to keep what is written. Default: the clock of this machine. */
  readonly nowMs?: (() => number) | undefined;
}

const KEY: Kind<KeyEncryptionKey> = port('isNamed');
/** A name that needs no quotes, and holds none. */
const SCHEMA_NAME = textLike(/^[a-z_][a-z0-9_]{0,40}$/, 'a name of small letters, digits and _');

export const PLACE: Members<PostgresPlace> = {
  pool: port<PostgresPool>('query', 'connect', 'on'),
  schema: optional(SCHEMA_NAME),
  withinMs: optional(whole(1)),
  callsMax: optional(whole(1)),
};

export const STORE_OPTIONS: Kind<PostgresContextStoreOptions> = shapeOf<PostgresContextStoreOptions>({
  ...PLACE,
  ...STORE_MEMBERS,
  keyEncryptionKey: KEY,
  olderKeyEncryptionKeys: optional(listOf(KEY)),
  witness: optional(ROLLBACK_WITNESS),
  nowMs: optional(callback()),
});

export const SCHEMA = 'parley';
