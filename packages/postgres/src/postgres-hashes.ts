import { randomBytes } from 'node:crypto';
import type { HashWrite, ReadHash, RemoteHashes, Telling } from '@parley/conversation/internal';
import { Fault } from '@parley/core';
import type { PostgresCalls } from './postgres-calls.ts';

const WRITE_NAME_BYTES = 12;
const PAGE_ROWS = 1000;
const NOTHING = Buffer.alloc(0);

/** Hashes as rows: one for each, and one for each of its fields. */
export class PostgresHashes implements RemoteHashes {
  readonly #calls: PostgresCalls;
  readonly #schema: string;

  constructor(calls: PostgresCalls, schema: string) {
    this.#calls = calls;
    this.#schema = schema;
  }

  async read(key: string, names: readonly string[]): Promise<ReadHash> {
    const rows = await this.#calls.rows(
      `select h.writes[1] as write, f.name, f.value from ${this.#schema}.hashes h
       left join ${this.#schema}.fields f on f.key = h.key and f.name = any($2)
       where h.key = $1 and h.until > clock_timestamp()`,
      [key, names],
    );
    const values = new Map(rows.map(({ name, value }) => [name, value]));
    const write = new TextEncoder().encode(String(rows[0]?.['write'] ?? ''));
    return { write, fields: names.map((name) => octetsOf(values.get(name))) };
  }

  async replace(key: string, read: Pick<ReadHash, 'write'>, write: HashWrite): Promise<boolean> {
    const { fields, keepMs, keep, tell } = write;
    const name = randomBytes(WRITE_NAME_BYTES).toString('base64url');
    const done = await this.#calls.value(`select ${this.#schema}.replace_hash($1, $2, $3, $4, $5, $6, $7, $8, $9)`, [
      key,
      textOf(read.write),
      name,
      keepMs,
      keep === 'set',
      fields.map(([field]) => field),
      fields.map(([, value]) => (value === undefined ? NOTHING : Buffer.from(value))),
      tell?.channel ?? '',
      tell?.message ?? '',
    ]);
    return done === 1;
  }

  async remove(key: string, read: Pick<ReadHash, 'write'>, tell?: Telling): Promise<boolean> {
    const values = [key, textOf(read.write), tell?.channel ?? '', tell?.message ?? ''];
    return (await this.#calls.value(`select ${this.#schema}.remove_hash($1, $2, $3, $4)`, values)) !== 0;
  }

  async drop(key: string): Promise<void> {
    await this.#calls.rows(`delete from ${this.#schema}.hashes where key = $1`, [key]);
  }

  /** Removes what is over, whatever of it nobody else removes just now. @throws Fault as {@link read} */
  async sweep(): Promise<void> {
    for (;;) {
      const rows = await this.#calls.rows(
        `delete from ${this.#schema}.hashes where key in
         (select key from ${this.#schema}.hashes where until <= clock_timestamp() limit ${PAGE_ROWS} for update skip locked) returning 1`,
        [],
      );
      if (rows.length < PAGE_ROWS) return;
    }
  }

  async fieldNames(key: string): Promise<readonly string[]> {
    const rows = await this.#calls.rows(`select name from ${this.#schema}.fields where key = $1`, [key]);
    return rows.map(({ name }) => String(name));
  }

  async *keys(pattern: string): AsyncIterable<string> {
    for (let last = ''; ; ) {
      const rows = await this.#calls.rows(
        `select key from ${this.#schema}.hashes
         where starts_with(key, $1) and key collate "C" > $2 and until > clock_timestamp() order by key collate "C" limit ${PAGE_ROWS}`,
        [pattern, last],
      );
      for (const { key } of rows) yield String(key);
      if (rows.length < PAGE_ROWS) return;
      last = String(rows.at(-1)?.['key']);
    }
  }
}

function textOf(octets: Uint8Array): string {
  return new TextDecoder().decode(octets);
}

/** @throws Fault `internal.store-corrupt` */
function octetsOf(value: unknown): Uint8Array | undefined {
  if (value === null || value === undefined) return undefined;
  if (!(value instanceof Uint8Array)) throw new Fault('internal.store-corrupt', { reason: 'reply', wanted: 'octets' });
  return value;
}
