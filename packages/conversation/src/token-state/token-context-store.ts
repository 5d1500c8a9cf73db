import { bytesEqual } from '@parley/codec/internal';
import type { SecurityContext } from '@parley/core';
import { Fault } from '@parley/core';
import {
  either,
  listOf,
  OldestFirst,
  only,
  optional,
  port,
  requireOptions,
  shapeOf,
  TEXT,
  whole,
} from '@parley/core/internal';
import type { ContextChanges } from '@parley/engine';
import type { KeyEncryptionKey } from '@parley/sealing';
import { openContext, type RecordPlace, recordPlace, sealContext } from '@parley/sealing/internal';
import { ChangeRing } from '../store/change-ring.ts';
import { copyContext, identifierOctets, refuseRevival, tombstoneOf, wipeContext } from '../store/context-copy.ts';
import type { ContextStore, TokenStates } from '../store/context-store.ts';
import { isOver } from '../store/retention.ts';
import {
  checkedChange,
  requireContext,
  requireIdentifier,
  requirePosition,
  requireTime,
} from '../store/store-doors.ts';
import { sameContextOf } from './merged-context.ts';

export interface TokenContextStoreOptions {
  /** Seals tokens. All nodes that serve them have it, here or among the older ones. */
  readonly keyEncryptionKey: KeyEncryptionKey;
  /** Keys that tokens may be sealed under that are still about: those of the longest life that a context has. */
  readonly olderKeyEncryptionKeys?: readonly KeyEncryptionKey[] | undefined;
  /** What the tokens are for. Tokens of another name are not taken, though they were sealed under the same key. */
  readonly service: string;
  /**
   * A store that all nodes share, in which cancelled contexts stand until nobody could use them: one look-up a message. `none`: a
   * cancel holds on its own node, as long as that remembers it; elsewhere the token is good until it expires.
   */
  readonly revocations: ContextStore | 'none';
  /** How long a token can live after any moment, renewals of it aside: the `contextLifetimeMs` of the responder. Default 10 hours. */
  readonly lifetimeMaxMs?: number | undefined;
  /** Contexts that this node remembers between a request and its answer; those used longest ago go first. Default 100,000. */
  readonly contextsMax?: number | undefined;
  /** What a token may carry; claims are what makes it long. Default 4096. */
  readonly stateBytesMax?: number | undefined;
}

const OPTIONS = shapeOf<TokenContextStoreOptions>({
  keyEncryptionKey: port<KeyEncryptionKey>('isNamed'),
  olderKeyEncryptionKeys: optional(listOf(port<KeyEncryptionKey>('isNamed'))),
  service: TEXT,
  revocations: either(only('none'), port<ContextStore>('get', 'insert')),
  lifetimeMaxMs: optional(whole(1)),
  contextsMax: optional(whole(1)),
  stateBytesMax: optional(whole(256)),
});

interface Remembered {
  readonly context: SecurityContext;
  /** The last that was taken for it, so that it is not opened again. */
  readonly state: Uint8Array | undefined;
}

/**
 * Contexts without a place: each travels in its token (sealed with AES-256-GCM under a key whose id goes with it), and comes back in every message.
 * Any node that has the keys serves any message. What this holds in memory is only what is in use.
 *
 * What it cannot do: a token that was replaced by a renewal is good until its own end; and sequences need a store.
 */
export class TokenContextStore implements ContextStore {
  readonly tokenStates: TokenStates = {
    stateOf: (identifier) => this.#stateOf(identifier),
    admit: (identifier, state, nowMs) => this.#admit(identifier, state, nowMs),
  };
  readonly #keys: readonly [KeyEncryptionKey, ...KeyEncryptionKey[]];
  readonly #service: string;
  readonly #revocations: ContextStore | undefined;
  readonly #lifetimeMaxMs: number;
  readonly #contextsMax: number;
  readonly #stateBytesMax: number;
  readonly #remembered = new OldestFirst<string, Remembered>();
  readonly #changes = new ChangeRing();
  #isClosed = false;

  /** @throws Fault `caller.option-invalid` */
  constructor(options: TokenContextStoreOptions) {
    requireOptions(OPTIONS, options, 'options');
    const { keyEncryptionKey, olderKeyEncryptionKeys = [], service, revocations } = options;
    this.#keys = [keyEncryptionKey, ...olderKeyEncryptionKeys];
    this.#service = service;
    this.#revocations = revocations === 'none' ? undefined : revocations;
    this.#lifetimeMaxMs = options.lifetimeMaxMs ?? 36_000_000;
    this.#contextsMax = options.contextsMax ?? 100_000;
    this.#stateBytesMax = options.stateBytesMax ?? 4096;
  }

  async get(identifier: string): Promise<SecurityContext | undefined> {
    requireIdentifier(identifier);
    this.#assertOpen();
    const revokedAtMs = await this.#revokedAtMs(identifier);
    const context = this.#remembered.get(identifier)?.context;
    if (context === undefined) return undefined;
    return revokedAtMs === undefined ? copyContext(context) : tombstoneOf(context, revokedAtMs, 'wipe');
  }

  async put(context: SecurityContext): Promise<void> {
    requireContext(context);
    this.#assertOpen();
    identifierOctets(context.identifier);
    refuseRevival(this.#remembered.get(context.identifier)?.context);
    this.#remember(context, undefined);
  }

  async insert(context: SecurityContext): Promise<boolean> {
    requireContext(context);
    this.#assertOpen();
    identifierOctets(context.identifier);
    if (this.#remembered.has(context.identifier)) return false;
    this.#remember(context, undefined);
    return true;
  }

  async update(
    identifier: string,
    change: (current: SecurityContext) => SecurityContext | undefined,
  ): Promise<boolean> {
    requireIdentifier(identifier);
    const checked = checkedChange(change);
    this.#assertOpen();
    if ((await this.#revokedAtMs(identifier)) !== undefined) return false;
    const current = this.#remembered.get(identifier)?.context;
    if (current === undefined || current.cancelledAtMs !== undefined) return false;
    const changed = checked(current);
    if (changed === undefined) return false;
    this.#remember(changed, undefined);
    return true;
  }

  async cancel(identifier: string, atMs: number): Promise<boolean> {
    requireIdentifier(identifier);
    requireTime(atMs, 'atMs');
    this.#assertOpen();
    const context = this.#remembered.get(identifier)?.context;
    if (context === undefined || context.cancelledAtMs !== undefined) return false;
    // As a context without keys, not as a tombstone: those are forgotten earlier than a token ends. A renewed one ends later than what
    // this node knows of, but not later than from now on.
    const expiresAtMs = Math.max(context.expiresAtMs, atMs + this.#lifetimeMaxMs);
    const revocation = { ...context, principal: undefined, claims: [], keys: [], createdAtMs: atMs, expiresAtMs };
    if (this.#revocations !== undefined && !(await this.#revocations.insert(revocation))) return false;
    this.#remember(tombstoneOf(context, atMs, 'wipe'), undefined);
    return true;
  }

  /** Those that this node remembers. */
  async *list(): AsyncIterable<string> {
    this.#assertOpen();
    for (const [identifier] of [...this.#remembered]) yield identifier;
  }

  async prune(nowMs: number): Promise<number> {
    requireTime(nowMs, 'nowMs');
    this.#assertOpen();
    const over = [...this.#remembered].filter(([, { context }]) => nowMs >= context.expiresAtMs);
    for (const [identifier] of over) this.#forget(identifier);
    return over.length;
  }

  async forget(identifier: string, nowMs: number): Promise<boolean> {
    requireIdentifier(identifier);
    requireTime(nowMs, 'nowMs');
    this.#assertOpen();
    const context = this.#remembered.get(identifier)?.context;
    if (context === undefined || context.cancelledAtMs !== undefined || !isOver(context, nowMs)) return false;
    this.#forget(identifier);
    return true;
  }

  async changes(since?: number): Promise<ContextChanges> {
    requirePosition(since);
    this.#assertOpen();
    // What other nodes revoke is not told to this one: it is asked for each time.
    if (this.#revocations !== undefined) this.#changes.skip();
    return this.#changes.since(since);
  }

  /** The store of revocations is the caller's. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const [, { context }] of this.#remembered) wipeContext(context);
    this.#remembered.clear();
  }

  #stateOf(identifier: string): Uint8Array {
    this.#assertOpen();
    const context = this.#remembered.get(identifier)?.context;
    if (context === undefined) throw new Fault('caller.context-unusable', { reason: 'unknown' });
    const state = sealContext(context, this.#placeOf(identifier));
    if (state.length > this.#stateBytesMax)
      throw new Fault('internal.quota', {
        quota: 'token',
        lengthBytes: state.length,
        principal: context.principal ?? '',
      });
    return state;
  }

  #admit(identifier: string, state: Uint8Array, nowMs: number): void {
    this.#assertOpen();
    if (state.length > this.#stateBytesMax) return;
    const known = this.#remembered.get(identifier);
    if (known?.context.cancelledAtMs !== undefined) return;
    if (known?.state !== undefined && bytesEqual(state, 0, state.length, known.state)) {
      // Used last, forgotten last.
      this.#remembered.put(identifier, known);
      return;
    }
    const context = this.#opened(identifier, state);
    if (context === undefined) return;
    try {
      const both = known === undefined ? context : sameContextOf(known.context, context);
      // One that is over is known as such by whoever has it already; anybody may show it again.
      if (known !== undefined || !isOver(context, nowMs)) this.#remember(both, Uint8Array.from(state));
    } finally {
      wipeContext(context);
    }
  }

  /** `undefined` for what is none of ours. */
  #opened(identifier: string, state: Uint8Array): SecurityContext | undefined {
    try {
      return openContext(state, this.#placeOf(identifier), identifier);
    } catch (error) {
      // safety: sent by anybody; it names a context that nobody knows, and is answered so.
      if (error instanceof Fault) return undefined;
      throw error;
    }
  }

  /** Tokens that a renewal replaced are good until their own end: an older one is no sign of anything. */
  #placeOf(identifier: string): RecordPlace {
    // The length keeps the two apart: ("a", "bc") is not ("ab", "c").
    const name = `token ${this.#service.length} ${this.#service}${identifier}`;
    return recordPlace(new TextEncoder().encode(name), this.#keys);
  }

  async #revokedAtMs(identifier: string): Promise<number | undefined> {
    return (await this.#revocations?.get(identifier))?.createdAtMs;
  }

  #remember(context: SecurityContext, state: Uint8Array | undefined): void {
    const { identifier } = context;
    const copy = copyContext(context);
    const known = this.#remembered.get(identifier);
    wipeContext(known?.context);
    this.#remembered.put(identifier, { context: copy, state });
    if (known !== undefined) this.#changes.append(identifier);
    const { size, oldest } = this.#remembered;
    if (size > this.#contextsMax && oldest !== undefined) this.#forget(oldest);
  }

  #forget(identifier: string): void {
    wipeContext(this.#remembered.get(identifier)?.context);
    this.#remembered.delete(identifier);
    this.#changes.append(identifier);
  }

  #assertOpen(): void {
    if (this.#isClosed) throw new Fault('caller.closed');
  }
}
