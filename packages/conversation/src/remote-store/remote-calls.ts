import { setTimeout as pause } from 'node:timers/promises';
import { Fault } from '@parley/core';

/** What all that is kept on another machine has in common. */
export interface CallLimits {
  /** How long one call may take, with all its tries. Default 2000. */
  readonly withinMs?: number | undefined;
  /** Commands that were given to the client and have no reply yet; more are refused. Default 10,000. */
  readonly callsMax?: number | undefined;
}

const PAUSE_FIRST_MS = 10;
const PAUSE_MAX_MS = 250;
const LATE = Symbol('late');

/** What is to be told of an error of a client. */
export interface CallErrors {
  /** Whether the same call may be well in a moment: the connection died, the server is about to be there. */
  mayPass(error: unknown): boolean;
  reasonOf(error: unknown): string;
}

/**
 * Calls of a server, bounded in number and time. A connection that dies may have done what it was asked, so that every call given here can
 * be done twice; it is made again until the time is over.
 */
export class RemoteCalls {
  readonly #errors: CallErrors;
  readonly #withinMs: number;
  readonly #callsMax: number;
  #calls = 0;
  #isClosed = false;

  constructor(errors: CallErrors, { withinMs = 2000, callsMax = 10_000 }: CallLimits) {
    this.#errors = errors;
    this.#withinMs = withinMs;
    this.#callsMax = callsMax;
  }

  /** Does it until it is done, or the time is over. @throws Fault `internal.store-unavailable`, `caller.closed` */
  async tried(call: () => Promise<unknown>): Promise<unknown> {
    const endMs = performance.now() + this.#withinMs;
    for (let waitMs = PAUSE_FIRST_MS; ; waitMs = Math.min(2 * waitMs, PAUSE_MAX_MS)) {
      try {
        return await this.#once(call, endMs - performance.now());
      } catch (error) {
        if (error instanceof Fault || (error !== LATE && !this.#mayPass(error))) throw this.#faultOf(error);
        if (performance.now() + waitMs >= endMs) throw this.#faultOf(error);
      }
      await pause(waitMs);
    }
  }

  /** Does it once, within the time; afterwards it counts until the client has settled it. */
  async within(call: () => Promise<unknown>): Promise<unknown> {
    try {
      return await this.#once(call, this.#withinMs);
    } catch (error) {
      throw this.#faultOf(error);
    }
  }

  #once(call: () => Promise<unknown>, leftMs: number): Promise<unknown> {
    if (this.#isClosed) throw new Fault('caller.closed');
    if (this.#calls >= this.#callsMax)
      throw new Fault('internal.store-unavailable', { reason: 'too many calls', calls: this.#calls });
    this.#calls++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(LATE), leftMs);
      const settled = (): void => {
        clearTimeout(timer);
        this.#calls--;
      };
      call().then(
        (reply) => {
          settled();
          resolve(reply);
        },
        (error: unknown) => {
          settled();
          reject(error);
        },
      );
    });
  }

  /** Every later call throws `caller.closed`. */
  close(): void {
    this.#isClosed = true;
  }

  #mayPass(error: unknown): boolean {
    return this.#errors.mayPass(error);
  }

  #faultOf(error: unknown): Fault {
    if (error instanceof Fault) return error;
    const reason = error === LATE ? 'late' : this.#errors.reasonOf(error);
    return new Fault('internal.store-unavailable', { reason }, error === LATE ? undefined : error);
  }
}
