import type { ReplayMemory, ReplayShare } from '../message/replay-memory.ts';
import type { OpenRequest } from '../open/request.ts';

/**
 * What a template has had remembered before it decrypted (T37), of a message that then goes the whole way: asked again, the
 * memory would call it a replay of itself.
 */
export class AskedByTemplate {
  #scope = '';
  /** Empty if nothing was asked. */
  #key = '';

  note(scope: string, key: string): void {
    this.#scope = scope;
    this.#key = key;
  }

  /** The request for the whole way. */
  forTheWholeWay(request: OpenRequest): OpenRequest {
    const { replays } = request;
    if (this.#key === '' || replays === undefined) return request;
    return { ...request, replays: this.#answering(replays) };
  }

  #answering(replays: ReplayMemory): ReplayMemory {
    const insertIfAbsent = (scope: string, key: string, untilMs: number, nowMs: number, share?: ReplayShare): boolean =>
      (scope === this.#scope && key === this.#key) || replays.insertIfAbsent(scope, key, untilMs, nowMs, share);
    return { insertIfAbsent };
  }
}
