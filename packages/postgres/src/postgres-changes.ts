import { setTimeout as pause } from 'node:timers/promises';
import type { RemoteTellings } from '@parley/conversation/internal';
import { ChangeRing } from '@parley/conversation/internal';
import type { ContextChanges } from '@parley/engine';
import type { PostgresCalls } from './postgres-calls.ts';
import type { PostgresClient, PostgresPool } from './postgres-pool.ts';

const PAUSE_MS = 100;

/** What all nodes changed, as this one hears it by LISTEN. A connection that was lost is made again; then each may have changed. */
export class PostgresChanges {
  readonly #calls: PostgresCalls;
  readonly #pool: PostgresPool;
  readonly #channel: string;
  readonly #tellings: RemoteTellings;
  readonly #ring = new ChangeRing();
  #client: PostgresClient | undefined;
  #listening: Promise<PostgresClient> | undefined;
  #isClosed = false;

  constructor(calls: PostgresCalls, pool: PostgresPool, channel: string, tellings: RemoteTellings) {
    this.#tellings = tellings;
    this.#calls = calls;
    this.#pool = pool;
    this.#channel = channel;
  }

  /** What is told before a query of this connection is answered was heard. @throws Fault `internal.store-unavailable`, `caller.closed` */
  async since(position: number | undefined): Promise<ContextChanges> {
    await this.#calls.within(async () => await this.#caughtUp());
    return this.#ring.since(position);
  }

  close(): void {
    this.#isClosed = true;
    this.#lose(this.#client);
  }

  async #caughtUp(): Promise<void> {
    for (let tries = 0; !this.#isClosed; tries++) {
      try {
        this.#listening ??= this.#listen();
        await (await this.#listening).query('select 1', []);
        return;
      } catch (error) {
        this.#lose(this.#client);
        this.#listening = undefined;
        if (tries > 0) throw error;
        await pause(PAUSE_MS);
      }
    }
  }

  async #listen(): Promise<PostgresClient> {
    const client = await this.#pool.connect();
    // Somebody may have changed something before this.
    this.#ring.skip();
    this.#client = client;
    client.on('error', () => this.#lose(client));
    client.on('end', () => this.#lose(client));
    client.on('notification', ({ payload = '' }) => this.#ring.hear(this.#tellings.heard(payload)));
    await client.query(`listen ${this.#channel}`, []);
    if (this.#isClosed) this.#lose(client);
    return client;
  }

  #lose(client: PostgresClient | undefined): void {
    if (client === undefined || client !== this.#client) return;
    this.#client = undefined;
    this.#listening = undefined;
    this.#ring.skip();
    client.release(true);
  }
}
