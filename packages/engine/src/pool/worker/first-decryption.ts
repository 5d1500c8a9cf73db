import { Fault } from '@parley/core';
import type { ReplayMemory, ReplayShare } from '../../message/replay-memory.ts';
import { isOfDecryption } from '../../open/replay-key.ts';

/**
 * The replay memory of one message on a worker. Only main remembers: it is asked before the message is decrypted (T37), and
 * told by the answer what else there is to remember.
 */
export class FirstDecryption implements ReplayMemory {
  readonly #granted: string;

  /** `granted`: the key that main has inserted for this message; empty before it was asked. */
  constructor(granted: string) {
    this.#granted = granted;
  }

  /** @throws Fault `internal.context-needed` when only main can tell */
  insertIfAbsent(scope: string, key: string, untilMs: number, nowMs: number, { owner }: ReplayShare): boolean {
    if (!isOfDecryption(key) || key === this.#granted) return true;
    throw new Fault('internal.context-needed', { decryption: key, scope, untilMs, nowMs, owner });
  }
}
