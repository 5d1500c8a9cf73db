import { failedReply } from '@parley/core/internal';

/** Who asks more often than that gets the same answer. */
const FRESH_MS = 1000;

export interface ReadinessAnswer {
  readonly ready: boolean;
  /** Why not: a fault code, `draining`, or `starting`. */
  readonly reason?: string;
}

/** Whether a gateway is to be given work: it is not about to end, takes what is new, and what it keeps is kept. */
export class Readiness {
  readonly #requireUsable: () => Promise<void>;
  readonly #refusesUntilMs: number;
  readonly #nowMs: () => number;
  #isLeaving = false;
  #looked: { readonly atMs: number; readonly answer: Promise<ReadinessAnswer> } | undefined;

  /** `requireUsable` rejects where nothing could be served; `refusesUntilMs`: from when on it takes what is new, by `nowMs`. */
  constructor(requireUsable: () => Promise<void>, refusesUntilMs: number, nowMs: () => number) {
    this.#requireUsable = requireUsable;
    this.#refusesUntilMs = refusesUntilMs;
    this.#nowMs = nowMs;
  }

  leave(): void {
    this.#isLeaving = true;
  }

  async look(): Promise<ReadinessAnswer> {
    if (this.#isLeaving) return DRAINING;
    if (this.#nowMs() <= this.#refusesUntilMs) return STARTING;
    const nowMs = performance.now();
    if (this.#looked === undefined || nowMs - this.#looked.atMs >= FRESH_MS)
      this.#looked = { atMs: nowMs, answer: this.#ask() };
    const answer = await this.#looked.answer;
    return this.#isLeaving ? DRAINING : answer;
  }

  async #ask(): Promise<ReadinessAnswer> {
    try {
      await this.#requireUsable();
      return { ready: true };
    } catch (error) {
      return { ready: false, reason: failedReply(error).code };
    }
  }
}

const STARTING: ReadinessAnswer = { ready: false, reason: 'starting' };
const DRAINING: ReadinessAnswer = { ready: false, reason: 'draining' };
