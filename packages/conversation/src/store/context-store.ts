import type { SecurityContext } from '@parley/core';
import type { ContextChanges } from '@parley/engine';
import type { Resealed } from '@parley/sealing';
import type { RecordStore } from './record-store.ts';

/**
 * Where security contexts live: the one truth about which exist, with which keys, and which are cancelled.
 *
 * Durable: when a promise of `put`, `insert`, `update`, `cancel` or `prune` resolves, the change survives what the
 * implementation says it survives (memory: nothing; LMDB: death of the process at any moment and loss of power).
 * Atomic: each call happens whole or not at all, and sees no other call half done, whichever process made it.
 * Final: a cancelled identifier never becomes usable again while its tombstone stays, which holds no key; after that the
 * identifier is unknown, and a responder never gives it to another.
 *
 * Secrets: contexts that are handed in are borrowed and copied; contexts that are handed out are the caller's own,
 * to wipe when done (see `wipeContext`).
 *
 * Every method throws (rejects with) a Fault: `internal.store-unavailable` when the store cannot be read or written,
 * `internal.store-corrupt` when a record is damaged, `caller.closed` after {@link close}. On any of them: refuse.
 */
export interface ContextStore {
  /**
   * The context, the tombstone of a cancelled one, or `undefined` (also for what can be nobody's identifier). What a worker
   * pool asks when it lacks one.
   */
  get(identifier: string): Promise<SecurityContext | undefined>;

  /**
   * Inserts or replaces.
   * @throws Fault `caller.context-unusable` when the identifier was cancelled; `caller.input-invalid` for one that is
   * empty, longer than 1024 octets, or no text (half of a surrogate pair).
   */
  put(context: SecurityContext): Promise<void>;

  /** Inserts; `false` if the identifier exists (a tombstone exists too). @throws Fault `caller.input-invalid` as above */
  insert(context: SecurityContext): Promise<boolean>;

  /**
   * Reads, changes and writes as one step. `change` is synchronous, gets a live context (borrowed) and returns its
   * replacement, or `undefined` to leave it; what it throws is rethrown and nothing is written.
   * @returns whether a replacement was written: `false` also when the identifier is unknown or cancelled.
   */
  update(identifier: string, change: (current: SecurityContext) => SecurityContext | undefined): Promise<boolean>;

  /** Replaces a live context by its tombstone; `false` if it is unknown or already cancelled. */
  cancel(identifier: string, atMs: number): Promise<boolean>;

  /** All identifiers, those of tombstones too, each at most once. Records that are damaged keep no other from being listed. */
  list(): AsyncIterable<string>;

  /**
   * Forgets what expired more than the grace time before `nowMs`, and tombstones older than theirs; says how many. Passes
   * over records that do not open.
   */
  prune(nowMs: number): Promise<number>;

  /**
   * Forgets one context before its time, if it is cancelled or, at `nowMs`, expired; `false` if it is live or unknown. What a
   * responder does with the oldest of a principal whose quota is used up; without it, it refuses.
   */
  forget?(identifier: string, nowMs: number): Promise<boolean>;

  /**
   * Which contexts were replaced, cancelled or removed, by whomever, since a position that an earlier call gave; without
   * one, none, and where to begin. What a pool asks to know what it may still hold (`ContextResolver.changes`). A
   * store without it costs a pool a look-up of each context in use every `contextAgeMaxMs`.
   */
  changes?(since?: number): Promise<ContextChanges>;

  /** Where contexts travel in their tokens, and are nowhere else. */
  readonly tokenStates?: TokenStates;

  /** What is kept beside contexts, as durable as they are. A store without it serves conversations without sequences. */
  readonly records?: RecordStore;

  close(): Promise<void>;
}

/** A store that seals what it keeps under key-encryption keys. */
export interface SealedContextStore extends ContextStore {
  /**
   * Seals anew what is sealed under one of the older keys, tombstones too, while others read and write. When nothing is
   * left, those keys are not needed any more: once every process that writes has the new one.
   */
  reseal(): Promise<Resealed>;
}

/** What tokens carry of their contexts. */
export interface TokenStates {
  /** What the token of a context is to carry from now on. @throws Fault `internal.quota` too long; `caller.context-unusable` */
  stateOf(identifier: string): Uint8Array;
  /** Takes what a token carried (borrowed): not proven, by anybody. What is not of this store, or over, is passed over. */
  admit(identifier: string, state: Uint8Array, nowMs: number): void;
}

/** Settings that every store shares. */
export interface ContextStoreOptions {
  /** How long an expired context stays known, so that the answer to it is precise. Default 10 minutes. */
  readonly graceMs?: number | undefined;
  /**
   * How long a cancelled context without keys stays known, if it would not have expired before. Default 15 minutes: longer
   * than any message of it is fresh.
   */
  readonly tombstoneMs?: number | undefined;
  /**
   * `wipe` (default): cancelling erases the keys. `retain`: the keys stay, sealed, so that logged messages from before
   * the cancellation can be verified; messages from after it are refused all the same.
   */
  readonly cancelledKeys?: 'wipe' | 'retain' | undefined;
}

/** Longer than the clock skew that messages are allowed. */
export const DEFAULT_GRACE_MS: number = 600_000;
export const DEFAULT_TOMBSTONE_MS: number = 900_000;
/** As in core's limits: what may become a key of a table. */
export const IDENTIFIER_BYTES_MAX = 1024;
