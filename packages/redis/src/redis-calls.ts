import type { CallLimits } from '@parley/conversation/internal';
import { RemoteCalls } from '@parley/conversation/internal';
import { connectionReason } from '@parley/core/internal';
import type { RedisLink } from './redis-link.ts';
import type { Script } from './scripts.ts';

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
/** Commands and scripts, as `RemoteCalls`. */
export class RedisCalls {
  readonly #link: RedisLink;
  readonly #calls: RemoteCalls;

  constructor(link: RedisLink, limits: CallLimits) {
    this.#link = link;
    this.#calls = new RemoteCalls(ERRORS, limits);
  }

  /** @throws Fault `internal.store-unavailable`, `caller.closed` */
  async command(words: readonly (string | Uint8Array)[]): Promise<unknown> {
    return await this.#calls.tried(async () => await this.#link.send(words));
  }

  /** A command for each server that has keys, one that names none. @throws Fault as {@link command} */
  async servers(): Promise<readonly ((words: readonly string[]) => Promise<unknown>)[]> {
    const servers = (await this.#calls.tried(async () => await this.#link.servers())) as readonly Pick<
      RedisLink,
      'send'
    >[];
    return servers.map((server) => async (words) => await this.#calls.tried(async () => await server.send(words)));
  }

  /** Runs `script` on the server, in one step. @throws Fault as {@link command} */
  async run(
    script: Script,
    key: string | readonly string[],
    values: readonly (string | Uint8Array)[],
  ): Promise<unknown> {
    const keys = typeof key === 'string' ? [key] : key;
    const rest = [String(keys.length), ...keys, ...values];
    return await this.#calls.tried(async () => {
      try {
        return await this.#link.send(['EVALSHA', script.sha1, ...rest]);
      } catch (error) {
        if (replyCode(error) !== 'NOSCRIPT') throw error;
        return await this.#link.send(['EVAL', script.text, ...rest]);
      }
    });
  }

  /** Does it once, within the time. @throws Fault as {@link command} */
  async within(call: () => Promise<unknown>): Promise<unknown> {
    return await this.#calls.within(call);
  }

  /** Every later call throws `caller.closed`. */
  close(): void {
    this.#calls.close();
  }
}

const ERRORS = {
  mayPass: (error: unknown): boolean => {
    const code = replyCode(error);
    return code === undefined || PASSING.has(code);
  },
  reasonOf: (error: unknown): string => replyCode(error) ?? connectionReason(error) ?? 'connection',
};

/** The first word of an error that the server replied; `undefined` for what became of the connection. */
function replyCode(error: unknown): string | undefined {
  return error instanceof Error ? /^[A-Z]{2,}(?= )/.exec(error.message)?.[0] : undefined;
}
