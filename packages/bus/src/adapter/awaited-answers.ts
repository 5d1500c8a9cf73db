import { Fault } from '@parley/core';

/** Who waits for which answer, by its correlation: until it comes, for so long, or until whoever asked gives up. */
export class AwaitedAnswers<Answer> {
  readonly #waiting = new Map<string, (outcome: Answer | Fault) => void>();

  /**
   * What answers to `id`, once `ask` has asked.
   * @throws Fault `internal.bus-unavailable` nobody answered in time; `caller.aborted`; what it was settled with; what `ask` throws
   */
  async of(id: string, timeoutMs: number, signal: AbortSignal | undefined, ask: () => void): Promise<Answer> {
    if (signal?.aborted === true) throw new Fault('caller.aborted', {});
    const answered = new Promise<Answer | Fault>((resolve) => this.#waiting.set(id, resolve));
    const late = setTimeout(
      () => this.settle(id, new Fault('internal.bus-unavailable', { reason: 'no answer' })),
      timeoutMs,
    );
    const abort = (): void => this.settle(id, new Fault('caller.aborted', {}));
    signal?.addEventListener('abort', abort, { once: true });
    try {
      ask();
      const outcome = await answered;
      if (outcome instanceof Fault) throw outcome;
      return outcome;
    } finally {
      clearTimeout(late);
      signal?.removeEventListener('abort', abort);
      this.#waiting.delete(id);
    }
  }

  /** Whether anybody waits for it still. */
  isAwaited(id: string): boolean {
    return this.#waiting.has(id);
  }

  /** An answer, or why there is none; nothing happens where nobody waits for it. */
  settle(id: string, outcome: Answer | Fault): void {
    this.#waiting.get(id)?.(outcome);
  }

  /** There is none for anybody. */
  fail(fault: Fault): void {
    for (const end of this.#waiting.values()) end(fault);
  }
}
