import { setTimeout as pause } from 'node:timers/promises';

/** Messages of one sequence that nobody waits for any longer. What comes behind them at the other end does: each is sent until it has arrived. */
export class LeftMessages {
  readonly #untilArrived: (number: number, signal: AbortSignal) => Promise<unknown>;
  readonly #onTheWay = new Set<Promise<void>>();
  #sending = new AbortController();

  constructor(untilArrived: (number: number, signal: AbortSignal) => Promise<unknown>) {
    this.#untilArrived = untilArrived;
  }

  /** What comes of it, if the sequence ends, the next call finds out. */
  add(number: number): void {
    const left: Promise<void> = this.#untilArrived(number, this.#sending.signal)
      .catch(() => undefined)
      .then(() => void this.#onTheWay.delete(left));
    this.#onTheWay.add(left);
  }

  /** Resolves when all have arrived, but after `withinMs` at the latest. */
  async arrived(withinMs: number): Promise<void> {
    const late = new AbortController();
    await Promise.race([
      Promise.all(this.#onTheWay),
      pause(withinMs, undefined, { signal: late.signal }).catch(() => undefined),
    ]);
    late.abort();
  }

  /** They are sent no more: the sequence is over. */
  async end(): Promise<void> {
    this.#sending.abort();
    await Promise.all(this.#onTheWay);
    this.#sending = new AbortController();
  }
}
