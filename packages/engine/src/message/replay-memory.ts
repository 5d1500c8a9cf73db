import { Fault } from '@parley/core';

/** One entry of a replay cache: `key` within `scope`, to be remembered until `untilMs` (epoch milliseconds) at least. */
export interface ReplayEntry {
  /** The context; empty for what no context secures. */
  readonly scope: string;
  readonly key: string;
  readonly untilMs: number;
}

/** Remembers what may be seen once. `MemoryReplayCache` of `@parley/conversation` is one. */
export interface ReplayMemory {
  /**
   * Inserts (scope, key), to be remembered until `untilMs` at least, in one atomic step.
   * @returns `false` if it is there already, or if its time has passed: the message is refused
   * @throws Fault `internal.quota` when full: the message is refused
   */
  insertIfAbsent(scope: string, key: string, untilMs: number, nowMs: number): boolean;
}

/** Remembers what must not have been here. @throws Fault `peer.replay`, and what `memory` throws */
export function remember(memory: ReplayMemory, entries: readonly ReplayEntry[], nowMs: number): void {
  for (const { scope, key, untilMs } of entries) {
    if (!memory.insertIfAbsent(scope, key, untilMs, nowMs)) throw new Fault('peer.replay', { identifier: scope });
  }
}
