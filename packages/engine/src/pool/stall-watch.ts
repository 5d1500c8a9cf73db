/** What a worker has in hand. */
export interface Watched {
  /** The thread that has it; 0 before one does. */
  readonly threadId: number;
  /** How long the message in work has been in work. */
  stalledMs(nowMs: number): number;
}

/** Ends the worker of a message that takes too long; the rest is as if it had died. */
export class StallWatch {
  readonly #kill: (threadId: number) => void;
  readonly #timeoutMs: number;
  readonly #watched = new Set<Watched>();
  #timer: NodeJS.Timeout | undefined;

  constructor(kill: (threadId: number) => void, timeoutMs: number) {
    this.#kill = kill;
    this.#timeoutMs = timeoutMs;
  }

  add(watched: Watched): void {
    this.#watched.add(watched);
    this.#timer ??= setInterval(() => this.#look(), Math.max(1, this.#timeoutMs / 4)).unref();
  }

  delete(watched: Watched): void {
    this.#watched.delete(watched);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const nowMs = performance.now();
    for (const watched of this.#watched) {
      if (watched.stalledMs(nowMs) >= this.#timeoutMs) this.#kill(watched.threadId);
    }
    if (this.#watched.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
