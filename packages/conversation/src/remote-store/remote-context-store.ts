import type { SecurityContext } from '@parley/core';
import { Fault } from '@parley/core';
import type { ContextChanges } from '@parley/engine';
import type { KeyEncryptionKey } from '@parley/sealing';
import { openContext, openRecord, sealContext, sealRecord } from '@parley/sealing/internal';
import { identifierOctets, refuseRevival, storableOctets, tombstoneOf, wipeContext } from '../store/context-copy.ts';
import type { ContextStore, ContextStoreOptions } from '../store/context-store.ts';
import type { Retention } from '../store/retention.ts';
import { isForgotten, isOver, retentionOf } from '../store/retention.ts';
import {
  checkedChange,
  requireContext,
  requireIdentifier,
  requirePosition,
  requireTime,
} from '../store/store-doors.ts';
import { keepingMs } from './keeping-time.ts';
import type { HashWrite, ReadHash, RemoteHashes, Telling } from './remote-hashes.ts';
import { untilFirst } from './remote-hashes.ts';
import type { RemoteNames } from './remote-names.ts';
import { RemoteRecords } from './remote-records.ts';

const RECORD = 'r';
const CHECK_PLAINTEXT: Uint8Array = new TextEncoder().encode('parley context store 1');

/** What a store is made of. */
export interface RemoteParts extends ContextStoreOptions {
  readonly hashes: RemoteHashes;
  readonly names: RemoteNames;
  /** The first seals. */
  readonly keys: readonly [KeyEncryptionKey, ...KeyEncryptionKey[]];
  readonly nowMs: () => number;
  /** What changed since, as `ContextStore.changes` says it. */
  readonly changes: (since: number | undefined) => Promise<ContextChanges>;
  readonly end: () => void;
  /** Removes what the server keeps longer than it was told to, where it does not by itself. */
  readonly sweep?: (() => Promise<void>) | undefined;
}

/** A new check record for the place called `name`, which says of a store what it is sealed under. */
export function sealedCheck(name: string, key: KeyEncryptionKey): Uint8Array {
  return sealRecord(CHECK_PLAINTEXT, new TextEncoder().encode(name), key);
}

/** @throws Fault `caller.store-key-wrong`, `internal.store-corrupt` */
export function openCheck(sealed: Uint8Array, name: string, keys: readonly KeyEncryptionKey[]): void {
  openRecord(sealed, new TextEncoder().encode(name), keys);
}

/** Contexts on another machine, each a hash whose value is sealed; each change is one step of the server, which done twice is done once. */
export class RemoteContextStore implements ContextStore {
  readonly records: RemoteRecords;
  readonly #hashes: RemoteHashes;
  readonly #changes: RemoteParts['changes'];
  readonly #end: () => void;
  readonly #sweep: RemoteParts['sweep'];
  readonly #names: RemoteNames;
  readonly #keys: readonly [KeyEncryptionKey, ...KeyEncryptionKey[]];
  readonly #retention: Retention;
  readonly #nowMs: () => number;

  constructor({ hashes, names, keys, nowMs, changes, end, sweep, ...retention }: RemoteParts) {
    this.#sweep = sweep;
    this.#hashes = hashes;
    this.#changes = changes;
    this.#end = end;
    this.#names = names;
    this.#keys = keys;
    this.#retention = retentionOf(retention);
    this.#nowMs = nowMs;
    this.records = new RemoteRecords(hashes, names, keys, nowMs);
  }

  async get(identifier: string): Promise<SecurityContext | undefined> {
    requireIdentifier(identifier);
    const key = this.#keyNamed(identifier);
    // Not even this is answered by a store that is closed or gone.
    const { fields } = await this.#hashes.read(key ?? this.#names.changes, [RECORD]);
    return this.#opened(fields[0], key, identifier);
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
    await this.#sweep?.();
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
    return await this.#changes(since);
  }

  async close(): Promise<void> {
    this.#end();
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
