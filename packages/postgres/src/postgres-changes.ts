import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { RemoteTellings } from '@parley/conversation/internal';
import { ChangeRing } from '@parley/conversation/internal';
import { Fault } from '@parley/core';
import type { ContextChanges } from '@parley/engine';
import type { PostgresCalls } from './postgres-calls.ts';
import type { PostgresClient, PostgresPool } from './postgres-pool.ts';

const PAUSE_MS = 100;
/** Looks whether what was told is heard; one is enough, as a rule. */
const LOOKS_MAX = 10;

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
    const trial = `parley_${randomUUID().replaceAll('-', '')}`;
    let isHeard = false;
    client.on('notification', ({ payload = '' }) => {
      if (payload === trial) isHeard = true;
      else this.#ring.hear(this.#tellings.heard(payload));
    });
    await client.query(`listen ${this.#channel}`, []);
    await this.#tryHearing(client, trial, () => isHeard);
    if (this.#isClosed) this.#lose(client);
    return client;
  }

  /**
   * safety: behind a pooler that gives each transaction whichever connection is free, what is told is lost, and nobody is told that it was.
   * @throws Fault `caller.option-invalid`
   */
  async #tryHearing(client: PostgresClient, trial: string, isHeard: () => boolean): Promise<void> {
    await client.query(`listen ${trial}`, []);
    await this.#pool.query('select pg_notify($1, $1)', [trial]);
    for (let looks = 0; looks < LOOKS_MAX && !isHeard(); looks++) {
      if (looks > 0) await pause(PAUSE_MS / LOOKS_MAX);
      await client.query('select 1', []);
    }
    if (!isHeard())
      throw new Fault('caller.option-invalid', {
        option: 'pool',
        reason:
          'what other nodes tell is not heard on it: a pooler of transactions is no pooler of sessions; connect to the server itself',
      });
    await client.query(`unlisten ${trial}`, []);
  }

  #lose(client: PostgresClient | undefined): void {
    if (client === undefined || client !== this.#client) return;
    this.#client = undefined;
    this.#listening = undefined;
    this.#ring.skip();
    client.release(true);
  }
}
