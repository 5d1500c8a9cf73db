import type { ContextStore } from '@parley/conversation';
import { failedReply } from '@parley/core/internal';

/** Nobody's context: what counts is that the store answers. */
const NOBODY = 'urn:parley:readiness';
/** Who asks more often than that gets the same answer. */
const FRESH_MS = 1000;

export interface ReadinessAnswer {
  readonly ready: boolean;
  /** Why not: a fault code, `draining`, or `starting`. */
  readonly reason?: string;
}

/** Whether a gateway is to be given work: it is not about to end, takes what is new, and its store answers. */
export class Readiness {
  readonly #store: Pick<ContextStore, 'get'>;
  readonly #refusesUntilMs: number;
  readonly #nowMs: () => number;
  #isLeaving = false;
  #looked: { readonly atMs: number; readonly answer: Promise<ReadinessAnswer> } | undefined;

  /** `refusesUntilMs`: from when on it takes what is new, by `nowMs`. */
  constructor(store: Pick<ContextStore, 'get'>, refusesUntilMs: number, nowMs: () => number) {
    this.#store = store;
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
      await this.#store.get(NOBODY);
      return { ready: true };
    } catch (error) {
      return { ready: false, reason: failedReply(error).code };
    }
  }
}

const STARTING: ReadinessAnswer = { ready: false, reason: 'starting' };
const DRAINING: ReadinessAnswer = { ready: false, reason: 'draining' };
