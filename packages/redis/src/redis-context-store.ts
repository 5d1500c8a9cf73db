import type { ContextStore } from '@parley/conversation';
import { wipeContext } from '@parley/conversation';
import type { Retention } from '@parley/conversation/internal';
import {
  checkedChange,
  identifierOctets,
  isForgotten,
  isOver,
  refuseRevival,
  requireContext,
  requireIdentifier,
  requirePosition,
  requireTime,
  retentionOf,
  storableOctets,
  tombstoneOf,
} from '@parley/conversation/internal';
import type { SecurityContext } from '@parley/core';
import { Fault } from '@parley/core';
import { requireOptions } from '@parley/core/internal';
import type { ContextChanges } from '@parley/engine';
import type { KeyEncryptionKey } from '@parley/sealing';
import { isSealedUnder, openContext, openRecord, sealContext, sealRecord } from '@parley/sealing/internal';
import { keepingMs } from './keeping-time.ts';
import { KeyNames } from './key-names.ts';
import { RedisCalls } from './redis-calls.ts';
import { RedisChanges } from './redis-changes.ts';
import type { RedisLink } from './redis-link.ts';
import { linkTo } from './redis-link.ts';
import { RedisRecords } from './redis-records.ts';
import { octetsReply } from './replies.ts';
import type { HashWrite, ReadHash, Telling } from './sealed-hashes.ts';
import { SealedHashes, untilFirst } from './sealed-hashes.ts';
import type { RedisContextStoreOptions } from './store-settings.ts';
import { PREFIX, STORE_OPTIONS } from './store-settings.ts';

const RECORD = 'r';
const CHECK_PLAINTEXT: Uint8Array = new TextEncoder().encode('parley context store 1');

/**
 * Opens the store in Redis: each context a hash whose value is sealed, and which the server forgets when it is over. Many nodes
 * have it open at once, and hear of each other's changes; each change is one step of the server, which done twice is done once.
 *
 * As durable as the server is told to be: with `appendfsync always`, what was acknowledged survives a loss of power; with less, the last
 * second may be lost, and with it cancels. It must not evict (`maxmemory-policy noeviction`).
 *
 * What sealing cannot hide: how many contexts there are, and their identifiers.
 *
 * @throws Fault `caller.option-invalid`; `caller.store-key-wrong` sealed under another key; `internal.store-corrupt`,
 *   `internal.store-unavailable`
 */
export async function openRedisContextStore(options: RedisContextStoreOptions): Promise<ContextStore> {
  requireOptions(STORE_OPTIONS, options, 'options');
  const link = linkTo(options.client);
  const store = new RedisContextStore(link, options);
  try {
    await store.begin(link);
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
}

class RedisContextStore implements ContextStore {
  readonly records: RedisRecords;
  readonly #calls: RedisCalls;
  readonly #hashes: SealedHashes;
  readonly #changes: RedisChanges;
  readonly #names: KeyNames;
  readonly #keys: readonly [KeyEncryptionKey, ...KeyEncryptionKey[]];
  readonly #retention: Retention;
  readonly #nowMs: () => number;

  constructor(link: RedisLink, options: RedisContextStoreOptions) {
    const { keyEncryptionKey, olderKeyEncryptionKeys = [], prefix = PREFIX, nowMs = Date.now } = options;
    this.#calls = new RedisCalls(link, options);
    this.#hashes = new SealedHashes(this.#calls);
    this.#changes = new RedisChanges(this.#calls);
    this.#names = new KeyNames(prefix);
    this.#keys = [keyEncryptionKey, ...olderKeyEncryptionKeys];
    this.#retention = retentionOf(options);
    this.#nowMs = nowMs;
    this.records = new RedisRecords(this.#hashes, this.#names, this.#keys, nowMs);
  }

  /** Opens the check record, or writes it into an empty store; then listens. */
  async begin(link: RedisLink): Promise<void> {
    const key = this.#names.check;
    const name = new TextEncoder().encode(key);
    const sealed = sealRecord(CHECK_PLAINTEXT, name, this.#keys[0]);
    const first = octetsReply(await this.#calls.command(['SET', key, sealed, 'NX', 'GET']));
    if (first !== undefined) {
      openRecord(first, name, this.#keys);
      if (!isSealedUnder(first, this.#keys[0])) await this.#calls.command(['SET', key, sealed]);
    }
    await this.#changes.listen(link, this.#names.changes);
  }

  async get(identifier: string): Promise<SecurityContext | undefined> {
    requireIdentifier(identifier);
    const key = this.#keyNamed(identifier);
    // Not even this is answered by a store that is closed or gone.
    const reply = await this.#calls.command(['HGET', key ?? this.#names.changes, RECORD]);
    return this.#opened(octetsReply(reply), key, identifier);
  }

  async put(context: SecurityContext): Promise<void> {
    requireContext(context);
    const { identifier } = context;
    identifierOctets(identifier);
    const key = this.#names.context(identifier);
    await untilFirst(async () => {
      const read = await this.#hashes.read(key, [RECORD]);
      const stored = this.#opened(read.fields[0], key, identifier);
      wipeContext(stored);
      refuseRevival(stored);
      return (await this.#replace(key, read, context)) ? { value: undefined } : undefined;
    });
  }

  async insert(context: SecurityContext): Promise<boolean> {
    requireContext(context);
    identifierOctets(context.identifier);
    return await this.#replace(this.#names.context(context.identifier), ABSENT, context);
  }

  async update(
    identifier: string,
    change: (current: SecurityContext) => SecurityContext | undefined,
  ): Promise<boolean> {
    requireIdentifier(identifier);
    const checked = checkedChange(change);
    const key = this.#keyNamed(identifier);
    return await untilFirst(async () => {
      const read = await this.#hashes.read(key ?? this.#names.changes, [RECORD]);
      const current = this.#opened(read.fields[0], key, identifier);
      try {
        if (key === undefined || current === undefined || current.cancelledAtMs !== undefined) return { value: false };
        const changed = checked(current);
        if (changed === undefined) return { value: false };
        return (await this.#replace(key, read, changed)) ? { value: true } : undefined;
      } finally {
        wipeContext(current);
      }
    });
  }

  async cancel(identifier: string, atMs: number): Promise<boolean> {
    requireTime(atMs, 'atMs');
    return await this.update(identifier, (current) => tombstoneOf(current, atMs, this.#retention.cancelledKeys));
  }

  async *list(): AsyncIterable<string> {
    for await (const key of this.#hashes.keys(this.#names.contextPattern)) {
      const identifier = this.#names.identifierOf(key);
      if (identifier !== undefined) yield identifier;
    }
  }

  async prune(nowMs: number): Promise<number> {
    requireTime(nowMs, 'nowMs');
    await this.records.prune(nowMs);
    let count = 0;
    for await (const identifier of this.list()) {
      if (await this.#removeIf(identifier, (context) => isForgotten(context, this.#retention, nowMs), 'pass over'))
        count++;
    }
    return count;
  }

  async forget(identifier: string, nowMs: number): Promise<boolean> {
    requireIdentifier(identifier);
    requireTime(nowMs, 'nowMs');
    return await this.#removeIf(identifier, (context) => isOver(context, nowMs));
  }

  async changes(since?: number): Promise<ContextChanges> {
    requirePosition(since);
    return await this.#changes.since(since);
  }

  async close(): Promise<void> {
    this.#calls.close();
    this.#changes.close();
  }

  async #removeIf(
    identifier: string,
    mayGo: (context: SecurityContext) => boolean,
    damaged?: 'pass over',
  ): Promise<boolean> {
    const key = this.#keyNamed(identifier);
    return await untilFirst(async () => {
      const read = await this.#hashes.read(key ?? this.#names.changes, [RECORD]);
      let context: SecurityContext | undefined;
      try {
        context = this.#opened(read.fields[0], key, identifier);
      } catch (error) {
        // Damaged, or of a key that is gone: nobody can tell its time. The others must not wait for it.
        if (damaged !== undefined && error instanceof Fault) return { value: false };
        throw error;
      }
      wipeContext(context);
      if (key === undefined || context === undefined || !mayGo(context)) return { value: false };
      return (await this.#hashes.remove(key, read, this.#telling(identifier))) ? { value: true } : undefined;
    });
  }

  #replace(key: string, read: Pick<ReadHash, 'write'>, context: SecurityContext): Promise<boolean> {
    const sealed = sealContext(context, new TextEncoder().encode(key), this.#keys[0]);
    const write: HashWrite = {
      fields: [[RECORD, sealed]],
      keepMs: keepingMs(this.#untilMs(context), this.#nowMs()),
      keep: 'set',
      tell: this.#telling(context.identifier),
    };
    return this.#hashes.replace(key, read, write);
  }

  #untilMs({ expiresAtMs, cancelledAtMs, keys }: SecurityContext): number {
    const { graceMs, tombstoneMs } = this.#retention;
    const isTombstone = cancelledAtMs !== undefined && keys.length === 0;
    return Math.min(expiresAtMs + graceMs, isTombstone ? cancelledAtMs + tombstoneMs : Number.POSITIVE_INFINITY);
  }

  #telling(message: string): Telling {
    return { channel: this.#names.changes, message };
  }

  #opened(record: Uint8Array | undefined, key: string | undefined, identifier: string): SecurityContext | undefined {
    if (record === undefined || key === undefined) return undefined;
    return openContext(record, new TextEncoder().encode(key), this.#keys, identifier);
  }

  #keyNamed(identifier: string): string | undefined {
    return storableOctets(identifier) && this.#names.context(identifier);
  }
}

const ABSENT: Pick<ReadHash, 'write'> = { write: new Uint8Array(0) };
