import type { SecurityContext } from '@parley/core';
import { Fault } from '@parley/core';
import type { ContextChanges } from '@parley/engine';
import type { Resealed } from '@parley/sealing';
import type { RecordPlace, SealedPlaces, WitnessedPlace } from '@parley/sealing/internal';
import { openContext, sealContext, stampOf } from '@parley/sealing/internal';
import { identifierOctets, refuseRevival, storableOctets, tombstoneOf, wipeContext } from '../store/context-copy.ts';
import type { ContextStoreOptions, SealedContextStore } from '../store/context-store.ts';
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
import type { HashWrite, ReadHash, RemoteHashes } from './remote-hashes.ts';
import { untilFirst } from './remote-hashes.ts';
import type { RemoteNames } from './remote-names.ts';
import { RemoteRecords } from './remote-records.ts';
import { resealHashes } from './remote-reseal.ts';
import type { RemoteTellings } from './remote-tellings.ts';
import { StoreClock } from './store-clock.ts';

const RECORD = 'r';
const CHECK_PLAINTEXT: Uint8Array = new TextEncoder().encode('parley context store 1');

/** What a store is made of. */
export interface RemoteParts extends ContextStoreOptions {
  readonly hashes: RemoteHashes;
  readonly names: RemoteNames;
  readonly places: SealedPlaces;
  readonly tellings: RemoteTellings;
  readonly nowMs: () => number;
  /** Of the server: epoch milliseconds. */
  readonly serverMs: () => Promise<number>;
  /** What changed since, as `ContextStore.changes` says it. */
  readonly changes: (since: number | undefined) => Promise<ContextChanges>;
  readonly end: () => void;
  /** Removes what the server keeps longer than it was told to, where it does not by itself. */
  readonly sweep?: (() => Promise<void>) | undefined;
}

/** A new check record for `place`, which says of a store what it is sealed under. */
export function sealedCheck(place: RecordPlace): Uint8Array {
  return place.seal(CHECK_PLAINTEXT);
}

/** Contexts on another machine, each a hash whose value is sealed; each change is one step of the server, which done twice is done once. */
export class RemoteContextStore implements SealedContextStore {
  readonly records: RemoteRecords;
  readonly #hashes: RemoteHashes;
  readonly #changes: RemoteParts['changes'];
  readonly #end: () => void;
  readonly #sweep: RemoteParts['sweep'];
  readonly #names: RemoteNames;
  readonly #places: SealedPlaces;
  readonly #tellings: RemoteTellings;
  readonly #retention: Retention;
  readonly #nowMs: () => number;

  constructor({ hashes, names, places, tellings, nowMs, serverMs, changes, end, sweep, ...retention }: RemoteParts) {
    this.#sweep = sweep;
    this.#hashes = hashes;
    this.#changes = changes;
    this.#end = end;
    this.#names = names;
    this.#places = places;
    this.#tellings = tellings;
    this.#retention = retentionOf(retention);
    this.#nowMs = nowMs;
    this.records = new RemoteRecords(hashes, names, places, { nowMs, clock: new StoreClock(serverMs) });
  }

  async get(identifier: string): Promise<SecurityContext | undefined> {
    requireIdentifier(identifier);
    const key = this.#keyNamed(identifier);
    const place = this.#placeOf(key);
    // Not even this is answered by a store that is closed or gone.
    const { fields } = await this.#hashes.read(key ?? this.#names.changes, [RECORD]);
    return opened(fields[0], place, identifier);
  }

  async put(context: SecurityContext): Promise<void> {
    requireContext(context);
    const { identifier } = context;
    identifierOctets(identifier);
    const key = this.#names.context(identifier);
    await untilFirst(async () => {
      const place = this.#placeOf(key);
      const read = await this.#hashes.read(key, [RECORD]);
      const stored = opened(read.fields[0], place, identifier);
      wipeContext(stored);
      refuseRevival(stored);
      return (await this.#replace(key, place, read, context)) ? { value: undefined } : undefined;
    });
  }

  async insert(context: SecurityContext): Promise<boolean> {
    requireContext(context);
    identifierOctets(context.identifier);
    const key = this.#names.context(context.identifier);
    return await this.#replace(key, this.#placeOf(key), ABSENT, context);
  }

  async update(
    identifier: string,
    change: (current: SecurityContext) => SecurityContext | undefined,
  ): Promise<boolean> {
    requireIdentifier(identifier);
    const checked = checkedChange(change);
    const key = this.#keyNamed(identifier);
    return await untilFirst(async () => {
      const place = this.#placeOf(key);
      const read = await this.#hashes.read(key ?? this.#names.changes, [RECORD]);
      const current = opened(read.fields[0], place, identifier);
      try {
        if (key === undefined || current === undefined || current.cancelledAtMs !== undefined) return { value: false };
        const changed = checked(current);
        if (changed === undefined) return { value: false };
        return (await this.#replace(key, place, read, changed)) ? { value: true } : undefined;
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

  async reseal(): Promise<Resealed> {
    return await resealHashes(this.#hashes, this.#names, this.#places);
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
      const place = this.#placeOf(key);
      const read = await this.#hashes.read(key ?? this.#names.changes, [RECORD]);
      let context: SecurityContext | undefined;
      try {
        context = opened(read.fields[0], place, identifier);
      } catch (error) {
        // Damaged, or of a key that is gone: nobody can tell its time. The others must not wait for it.
        if (damaged !== undefined && error instanceof Fault) return { value: false };
        throw error;
      }
      wipeContext(context);
      if (key === undefined || context === undefined || !mayGo(context)) return { value: false };
      const tell = this.#tellings.of(identifier, place.stamp);
      return (await this.#hashes.remove(key, read, tell)) ? { value: true } : undefined;
    });
  }

  async #replace(
    key: string,
    place: WitnessedPlace,
    read: Pick<ReadHash, 'write'>,
    context: SecurityContext,
  ): Promise<boolean> {
    const sealed = sealContext(context, place);
    const write: HashWrite = {
      fields: [[RECORD, sealed]],
      keepMs: keepingMs(this.#untilMs(context), this.#nowMs()),
      keep: 'set',
      tell: this.#tellings.of(context.identifier, stampOf(sealed)),
    };
    const isWritten = await this.#hashes.replace(key, read, write);
    if (!isWritten) return false;
    // What was only made has no older record.
    if (read === ABSENT) place.saw(sealed);
    else await place.wrote(sealed);
    return true;
  }

  #untilMs({ expiresAtMs, cancelledAtMs, keys }: SecurityContext): number {
    const { graceMs, tombstoneMs } = this.#retention;
    const isTombstone = cancelledAtMs !== undefined && keys.length === 0;
    return Math.min(expiresAtMs + graceMs, isTombstone ? cancelledAtMs + tombstoneMs : Number.POSITIVE_INFINITY);
  }

  /** Before the place is read. What is nobody's identifier has none, and nothing is there. */
  #placeOf(key: string | undefined): WitnessedPlace {
    return this.#places.at(new TextEncoder().encode(key ?? this.#names.changes));
  }

  #keyNamed(identifier: string): string | undefined {
    return storableOctets(identifier) && this.#names.context(identifier);
  }
}

const ABSENT: Pick<ReadHash, 'write'> = { write: new Uint8Array(0) };

function opened(record: Uint8Array | undefined, place: RecordPlace, identifier: string): SecurityContext | undefined {
  return record && openContext(record, place, identifier);
}
