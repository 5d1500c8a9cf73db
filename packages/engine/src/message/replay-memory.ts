import { Fault } from '@parley/core';
import { called, FLAG } from '@parley/core/internal';

/** One entry of a replay cache: `key` within `scope`, to be remembered until `untilMs` (epoch milliseconds) at least. */
export interface ReplayEntry {
  /** The context; empty for what no context secures. */
  readonly scope: string;
  readonly key: string;
  readonly untilMs: number;
}

/** On whose account an entry is, so that nobody fills the memory of all. */
export interface ReplayShare {
  /** The principal of a context, else the context, certificate, user or subject; empty if a key says nothing about who has it. */
  readonly owner: string;
  /** Requests to issue, renew and cancel contexts have room of their own. Default `message`. */
  readonly kind?: 'message' | 'trust';
}

/**
 * Remembers what may be seen once, for all packages: `MemoryReplayCache` of `@parley/conversation` and `LogReplayCache` of
 * `@parley/log` are two. The same key in two scopes is two things. Only what is fully verified may be inserted.
 */
export interface ReplayCache {
  /**
   * Inserts (scope, key), to be remembered until `untilMs` at least, in one atomic step. `share` says on whose account, so
   * that a cache can see to it that nobody fills it for all.
   *
   * @returns `false` if it is there already, or if its time has passed, so that nobody can tell: the message is refused
   * @throws Fault `internal.quota` when it is full, or the share is used up; `internal.store-unavailable`: the message is refused
   */
  insertIfAbsent(
    scope: string,
    key: string,
    untilMs: number,
    nowMs: number,
    share?: ReplayShare,
  ): boolean | Promise<boolean>;
}

/** A {@link ReplayCache} that answers at once: what `open` takes, which waits for nobody. */
export interface ReplayMemory extends ReplayCache {
  insertIfAbsent(scope: string, key: string, untilMs: number, nowMs: number, share?: ReplayShare): boolean;
}

/** Remembers what must not have been here. @throws Fault `peer.replay`, and what `memory` throws */
export function remember(
  memory: ReplayMemory,
  entries: readonly ReplayEntry[],
  nowMs: number,
  share: ReplayShare,
): void {
  for (const { scope, key, untilMs } of entries) {
    const isFirst = called('insertIfAbsent', FLAG, () => memory.insertIfAbsent(scope, key, untilMs, nowMs, share));
    if (!isFirst) throw new Fault('peer.replay', { identifier: scope });
  }
}
