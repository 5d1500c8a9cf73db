/**
 * How many requests are worked on at one time. Those that establish contexts have places of their own among them, so that
 * a crowd of them starves nobody who has a context. A request takes its place when its body is there, so that one that
 * never comes takes none.
 */
import { Fault } from '@parley/core';

export interface AdmissionBounds {
  /** Requests in work. */
  readonly requestsMax: number;
  /** Of these, requests of trust. */
  readonly handshakesMax: number;
}

/** The places, and who is in them. */
export class Admission {
  readonly #bounds: AdmissionBounds;
  readonly #awaitingEmpty: (() => void)[] = [];
  #requests = 0;
  #handshakes = 0;
  #isClosed = false;

  constructor(bounds: AdmissionBounds) {
    this.#bounds = bounds;
  }

  /** Requests in work. */
  get requests(): number {
    return this.#requests;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /**
   * Takes a place; the answer gives it back.
   * @throws Fault `internal.busy` there is none, or the door is closed
   */
  enter(isHandshake: boolean): () => void {
    const { requestsMax, handshakesMax } = this.#bounds;
    if (this.#isClosed) throw new Fault('internal.busy', { reason: 'closing' });
    if (this.#requests >= requestsMax) throw full('requestsMax', requestsMax);
    if (isHandshake && this.#handshakes >= handshakesMax) throw full('handshakesMax', handshakesMax);
    this.#requests++;
    if (isHandshake) this.#handshakes++;
    return () => {
      this.#requests--;
      if (isHandshake) this.#handshakes--;
      if (this.#requests === 0) for (const tell of this.#awaitingEmpty.splice(0)) tell();
    };
  }

  /** Lets nobody in any more; resolves when all have left. */
  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#requests > 0) await new Promise<void>((resolve) => this.#awaitingEmpty.push(resolve));
  }
}

function full(limit: string, max: number): Fault {
  return new Fault('internal.busy', { limit, max });
}
