import { setTimeout as pause } from 'node:timers/promises';
import { Fault } from '@parley/core';
import type { RedisLink } from './redis-link.ts';
import type { Script } from './scripts.ts';

/** What all that is kept in Redis has in common. */
export interface CallLimits {
  /** How long one call may take, with all its tries. Default 2000. */
  readonly withinMs?: number | undefined;
  /** Commands that were given to the client and have no reply yet; more are refused. Default 10,000. */
  readonly callsMax?: number | undefined;
}

/** Replies of a server that is about to be well again. */
const PASSING: ReadonlySet<string> = new Set([
  'BUSY',
  'CLUSTERDOWN',
  'LOADING',
  'MASTERDOWN',
  'READONLY',
  'TRYAGAIN',
  'UNBLOCKED',
]);
const PAUSE_FIRST_MS = 10;
const PAUSE_MAX_MS = 250;
const LATE = Symbol('late');

/**
 * Calls of Redis, bounded in number and time. A connection that dies may have done what it was asked, so that every command given here can
 * be done twice; it is sent again until the time is over.
 */
export class RedisCalls {
  readonly #link: RedisLink;
  readonly #withinMs: number;
  readonly #callsMax: number;
  #calls = 0;
  #isClosed = false;

  constructor(link: RedisLink, { withinMs = 2000, callsMax = 10_000 }: CallLimits) {
    this.#link = link;
    this.#withinMs = withinMs;
    this.#callsMax = callsMax;
  }

  /** @throws Fault `internal.store-unavailable`, `caller.closed` */
  async command(words: readonly (string | Uint8Array)[]): Promise<unknown> {
    return await this.#tried(async () => await this.#link.send(words));
  }

  /** Runs `script` on the server, in one step. @throws Fault as {@link command} */
  async run(
    script: Script,
    key: string | readonly string[],
    values: readonly (string | Uint8Array)[],
  ): Promise<unknown> {
    const keys = typeof key === 'string' ? [key] : key;
    const rest = [String(keys.length), ...keys, ...values];
    return await this.#tried(async () => {
      try {
        return await this.#link.send(['EVALSHA', script.sha1, ...rest]);
      } catch (error) {
        if (replyCode(error) !== 'NOSCRIPT') throw error;
        return await this.#link.send(['EVAL', script.text, ...rest]);
      }
    });
  }

  /** @throws Fault as {@link command} */
  async #tried(call: () => Promise<unknown>): Promise<unknown> {
    const endMs = performance.now() + this.#withinMs;
    for (let waitMs = PAUSE_FIRST_MS; ; waitMs = Math.min(2 * waitMs, PAUSE_MAX_MS)) {
      try {
        return await this.#once(call, endMs - performance.now());
      } catch (error) {
        const code = replyCode(error);
        if (error instanceof Fault || (code !== undefined && !PASSING.has(code))) throw faultOf(error);
        if (performance.now() + waitMs >= endMs) throw faultOf(error);
      }
      await pause(waitMs);
    }
  }

  /** Does it once, within the time; afterwards it counts until the client has settled it. */
  async within(call: () => Promise<unknown>): Promise<unknown> {
    try {
      return await this.#once(call, this.#withinMs);
    } catch (error) {
      throw faultOf(error);
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
}

function faultOf(error: unknown): Fault {
  if (error instanceof Fault) return error;
  const reason = error === LATE ? 'late' : (replyCode(error) ?? 'connection');
  return new Fault('internal.store-unavailable', { reason }, error === LATE ? undefined : error);
}

/** The first word of an error that the server replied; `undefined` for what became of the connection. */
function replyCode(error: unknown): string | undefined {
  return error instanceof Error ? /^[A-Z]{2,}(?= )/.exec(error.message)?.[0] : undefined;
}
