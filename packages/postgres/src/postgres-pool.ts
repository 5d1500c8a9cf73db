/** What is used of a `Pool` of `pg` 8 and newer, or of one of its shape. */

export interface PostgresPool {
  query(text: string, values: unknown[]): Promise<PostgresResult>;
  /** A connection of its own, for what other nodes tell. */
  connect(): Promise<PostgresClient>;
  on(event: 'error', listener: () => void): unknown;
}

export interface PostgresClient {
  query(text: string, values: unknown[]): Promise<PostgresResult>;
  on(event: string, listener: (message: PostgresNotification) => void): unknown;
  /** With `true`, the connection is ended. */
  release(isBroken: boolean): void;
}

export interface PostgresResult {
  readonly rows: readonly unknown[];
}

/** What was told. */
export interface PostgresNotification {
  readonly payload?: string | undefined;
}
