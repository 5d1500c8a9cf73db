/** Answers without addressing: nothing in them says what they answer, so that none may come twice, and none be our own. */
import { Fault } from '@parley/core';
import type { OpenedMessage } from '@parley/engine';
import { replayEntries } from '@parley/engine';
import { MemoryReplayCache } from '../replay/replay-cache.ts';

/** What was sent and what has come under contexts whose messages have no addressing. */
export class ConnectionPairing {
  readonly #seen = new MemoryReplayCache();

  /** Remembers a request of ours as if it had come: both sides sign with one key. @throws Fault `internal.quota` */
  sent(identifier: string, signatureValues: readonly string[], untilMs: number, nowMs: number): void {
    for (const value of signatureValues) this.#seen.insertIfAbsent(identifier, value, untilMs, nowMs);
  }

  /** @throws Fault `peer.replay` it came before, or is ours; `internal.quota` */
  requireFirst(message: OpenedMessage, nowMs: number): void {
    for (const { scope, key, untilMs } of replayEntries(message)) {
      if (!this.#seen.insertIfAbsent(scope, key, untilMs, nowMs)) throw new Fault('peer.replay', { identifier: scope });
    }
  }
}
