import type { CallLimits } from '@parley/conversation/internal';
import { outliveErrorsOf, RemoteCalls } from '@parley/conversation/internal';
import { connectionReason } from '@parley/core/internal';
import type { PostgresPool } from './postgres-pool.ts';

/** Classes of SQLSTATE that are over in a moment: connections, rollbacks for others' sake, a server that starts or ends, locks. */
const PASSING = /^(08|40|53|55|57P|58)/;

/** Queries, as `RemoteCalls`. Each is one transaction of the server's. */
export class PostgresCalls {
  readonly #pool: PostgresPool;
  readonly #calls: RemoteCalls;

  constructor(pool: PostgresPool, limits: CallLimits) {
    outliveErrorsOf(pool);
    this.#pool = pool;
    this.#calls = new RemoteCalls(ERRORS, limits);
  }

  /** The rows, each as a list. @throws Fault `internal.store-unavailable`, `caller.closed` */
  async rows(text: string, values: readonly unknown[]): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const result = await this.#calls.tried(async () => await this.#pool.query(text, [...values]));
    return (result as { readonly rows: readonly Readonly<Record<string, unknown>>[] }).rows;
  }

  /** The first value of the first row. @throws Fault as {@link rows} */
  async value(text: string, values: readonly unknown[]): Promise<unknown> {
    const [row] = await this.rows(text, values);
    return row === undefined ? undefined : Object.values(row)[0];
  }

  /** Does it once, within the time. @throws Fault as {@link rows} */
  async within(call: () => Promise<unknown>): Promise<unknown> {
    return await this.#calls.within(call);
  }

  close(): void {
    this.#calls.close();
  }
}

const ERRORS = {
  mayPass: (error: unknown): boolean => {
    const code = codeOf(error);
    return code === undefined || PASSING.test(code);
  },
  reasonOf: (error: unknown): string => codeOf(error) ?? connectionReason(error) ?? 'connection',
};

/** The SQLSTATE that the server gave; `undefined` for what became of the connection. */
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  const { code } = error;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}
