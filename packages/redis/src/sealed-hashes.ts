/** Hashes that change as a whole or not at all, whoever else writes them. */
import { randomFillSync } from 'node:crypto';
import type { HashWrite, ReadHash, RemoteHashes, Telling } from '@parley/conversation/internal';
import type { RedisCalls } from './redis-calls.ts';
import { listReply, numberReply, octetsReply, textOf } from './replies.ts';
import { REMOVE, REPLACE, WRITE_NAME_BYTES, WRITES } from './scripts.ts';

const NOTHING: Uint8Array = new Uint8Array(0);

export class SealedHashes implements RemoteHashes {
  readonly #calls: RedisCalls;

  constructor(calls: RedisCalls) {
    this.#calls = calls;
  }

  /** @throws Fault `internal.store-unavailable`, `internal.store-corrupt`, `caller.closed` */
  async read(key: string, names: readonly string[]): Promise<ReadHash> {
    const [writes, ...fields] = listReply(await this.#calls.command(['HMGET', key, WRITES, ...names]));
    const write = octetsReply(writes)?.subarray(0, WRITE_NAME_BYTES) ?? NOTHING;
    return { write, fields: fields.map(octetsReply) };
  }

  /** Writes what is written to a hash that is still as it was read; `false` if it is not. @throws Fault as {@link read} */
  async replace(
    key: string,
    { write }: Pick<ReadHash, 'write'>,
    { fields, keepMs, keep, tell }: HashWrite,
  ): Promise<boolean> {
    const name = randomFillSync(new Uint8Array(WRITE_NAME_BYTES));
    const words = fields.flatMap(([field, value]) => [field, value ?? NOTHING]);
    const values = [write, name, keepMs, keep, tell?.channel ?? '', tell?.message ?? '', ...words];
    return numberReply(await this.#calls.run(REPLACE, key, values)) === 1;
  }

  /** Removes one that is still as it was read, or gone; `false` if it is not. @throws Fault as {@link read} */
  async remove(key: string, { write }: Pick<ReadHash, 'write'>, tell?: Telling): Promise<boolean> {
    const values = [write, tell?.channel ?? '', tell?.message ?? ''];
    return numberReply(await this.#calls.run(REMOVE, key, values)) !== 0;
  }

  /** Removes one, as it may be. @throws Fault as {@link read} */
  async drop(key: string): Promise<void> {
    await this.#calls.command(['DEL', key]);
  }

  /** The names of all fields. @throws Fault as {@link read} */
  async fieldNames(key: string): Promise<readonly string[]> {
    return listReply(await this.#calls.command(['HKEYS', key])).map((name) => textOf(octetsReply(name)));
  }

  /** All keys like `pattern`, each once. @throws Fault as {@link read} */
  async *keys(pattern: string): AsyncIterable<string> {
    const seen = new Set<string>();
    for (const ask of await this.#calls.servers()) {
      let cursor = '0';
      do {
        const [next, keys] = listReply(await ask(['SCAN', cursor, 'MATCH', pattern, 'COUNT', '1000']));
        for (const octets of listReply(keys)) {
          const key = textOf(octetsReply(octets));
          if (seen.has(key)) continue;
          seen.add(key);
          yield key;
        }
        cursor = textOf(octetsReply(next));
      } while (cursor !== '0');
    }
  }
}
