import type { ContextResolver } from './contract.ts';

/** Sees to it that no worker goes by a context that its resolver has known otherwise for longer than the bound. */
export class ContextWatch {
  readonly #resolver: ContextResolver;
  readonly #ageMaxMs: number;
  readonly #forget: (identifier: string | undefined) => void;
  #position: number | undefined;
  /** When the resolver was last asked, of the times that it has answered. */
  #askedMs = Number.NEGATIVE_INFINITY;
  #asking: Promise<void> | undefined;

  /** `forget` takes a context from all workers; all contexts, if it is not told which. */
  constructor(resolver: ContextResolver, ageMaxMs: number, forget: (identifier: string | undefined) => void) {
    this.#resolver = resolver;
    this.#ageMaxMs = ageMaxMs;
    this.#forget = forget;
  }

  /** To be awaited before a worker begins at `nowMs`; nothing to wait for most of the time. Does not reject. */
  current(nowMs: number): Promise<void> | undefined {
    const ageMs = nowMs - this.#askedMs;
    // Asked early, so that nobody has to wait while there is work all the time.
    if (ageMs < this.#ageMaxMs / 2) return undefined;
    this.#asking ??= this.#ask(nowMs).finally(() => {
      this.#asking = undefined;
    });
    return ageMs < this.#ageMaxMs ? undefined : this.#asking;
  }

  async #ask(nowMs: number): Promise<void> {
    try {
      const changes = await this.#resolver.changes?.(this.#position);
      for (const identifier of changes === undefined ? [undefined] : (changes.identifiers ?? [undefined]))
        this.#forget(identifier);
      this.#position = changes?.position;
    } catch {
      // safety: what cannot be told has changed. Who looks the context up will hear why.
      this.#forget(undefined);
      this.#position = undefined;
    }
    this.#askedMs = nowMs;
  }
}
