import type { EntryLimits } from '@parley/conversation/internal';
import { BY_SERVER_MAX_MS, RemoteEntries } from '@parley/conversation/internal';
import { makeSchema } from './made-schema.ts';
import { PostgresCalls } from './postgres-calls.ts';
import type { PostgresPlace } from './store-settings.ts';
import { SCHEMA } from './store-settings.ts';

/** After so many entries what is over is removed, so many at a time, by whoever gets it. */
const SWEEP_EVERY = 1000;
const SWEEP_ROWS = 4000;
/** Counts are of the minutes of those who ask, whose clocks differ; those that nobody asks for any more are removed so much later. */
const COUNTS_KEPT_MINUTES = 60;

/** What was seen once, in PostgreSQL; `kind` keeps what is remembered for one purpose apart from the other. */
export function postgresEntries(kind: string, options: PostgresPlace & EntryLimits): RemoteEntries {
  const { pool, schema = SCHEMA } = options;
  const calls = new PostgresCalls(pool, options);
  let made: Promise<void> | undefined;
  let claims = 0;
  const sweep = async (): Promise<void> => {
    const over = `select key from ${schema}.entries where until <= clock_timestamp() limit ${SWEEP_ROWS} for update skip locked`;
    await calls.rows(`delete from ${schema}.entries where key in (${over})`, []);
    const old = `select key, minute, slot from ${schema}.counts where minute <= extract(epoch from clock_timestamp()) / 60 - ${COUNTS_KEPT_MINUTES} limit ${SWEEP_ROWS} for update skip locked`;
    await calls.rows(`delete from ${schema}.counts where (key, minute, slot) in (${old})`, []);
  };
  return new RemoteEntries(kind, options, async ({ keys, holder, keepMs, forgetAtMs, minute, lastMinute, roomMax }) => {
    made ??= makeSchema(calls, schema).catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    await made;
    // Nobody waits for it; one that fails is done by the next.
    if (++claims % SWEEP_EVERY === 0) sweep().catch(() => undefined);
    const [entry, room, owner, context = ''] = keys;
    const values = [
      entry,
      room,
      owner,
      context,
      holder,
      keepMs,
      forgetAtMs,
      BY_SERVER_MAX_MS,
      minute,
      lastMinute,
      roomMax,
    ];
    const reply = await calls.value(
      `select ${schema}.claim_entry($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
      values,
    );
    const [answer = 0, entries = 0] = (reply as readonly unknown[]).map(Number);
    return [answer, entries];
  });
}
