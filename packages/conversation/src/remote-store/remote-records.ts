import { Fault } from '@parley/core';
import type { KeptRecord, RecordPlace, SealedPlaces } from '@parley/sealing/internal';
import { openKept, sealKept } from '@parley/sealing/internal';
import type { RecordStore, Records, StoredRecord } from '../store/record-store.ts';
import { isOfCounts } from '../store/record-store.ts';
import { keepingMs } from './keeping-time.ts';
import { RecordStep } from './record-step.ts';
import type { ReadHash, RemoteHashes } from './remote-hashes.ts';
import { untilFirst } from './remote-hashes.ts';
import type { RemoteNames } from './remote-names.ts';
import type { StoreClock } from './store-clock.ts';

/** Before each name, so that none is that of the writes. */
const NAME_PREFIX = 'r';

/**
 * The records of a store: a partition is a hash, each value sealed for its place. An action is run on what was read, and again on what it
 * asked for beside; what it wrote is written in one step if the partition is still what it was, and else all begins anew.
 */
export class RemoteRecords implements RecordStore {
  readonly #hashes: RemoteHashes;
  readonly #names: RemoteNames;
  readonly #places: SealedPlaces;
  readonly #nowMs: () => number;
  readonly #clock: StoreClock;
  /** What the steps of this process want of a partition, the last of each: they go one after the other, or would be in each other's way. */
  readonly #turns = new Map<string, Promise<unknown>>();

  constructor(
    hashes: RemoteHashes,
    names: RemoteNames,
    places: SealedPlaces,
    { nowMs, clock }: { readonly nowMs: () => number; readonly clock: StoreClock },
  ) {
    this.#clock = clock;
    this.#hashes = hashes;
    this.#names = names;
    this.#places = places;
    this.#nowMs = nowMs;
  }

  async transact<T>(partition: string, action: (records: Records) => T): Promise<T> {
    const key = this.#names.records(partition);
    const isLoose = isOfCounts(partition);
    const placeAt: PlaceAt = (field) => {
      const name = placeNameOf(key, field);
      return isLoose ? this.#places.loose(name) : this.#places.at(name);
    };
    const before = this.#turns.get(key);
    const step = async (): Promise<T> => {
      await before?.catch(() => undefined);
      return await untilFirst(() => this.#tried(key, action, placeAt));
    };
    const turn = step();
    this.#turns.set(key, turn);
    try {
      return await turn;
    } finally {
      if (this.#turns.get(key) === turn) this.#turns.delete(key);
    }
  }

  async nowMs(): Promise<number> {
    return await this.#clock.nowMs();
  }

  async clear(partition: string): Promise<void> {
    await this.#hashes.drop(this.#names.records(partition));
  }

  /** Forgets what may be forgotten at `nowMs`; passes over what does not open. */
  async prune(nowMs: number): Promise<void> {
    for await (const key of this.#hashes.keys(this.#names.recordsPattern)) await this.#prunePartition(key, nowMs);
  }

  async #prunePartition(key: string, nowMs: number): Promise<void> {
    const names = (await this.#hashes.fieldNames(key)).filter(isRecordField);
    const read = await this.#hashes.read(key, names);
    const over = names.filter((name, index) => this.#isOver(read.fields[index], placeNameOf(key, name), nowMs));
    // Who changed it meanwhile uses it: next time, then.
    if (over.length === names.length) await this.#hashes.remove(key, read);
    else if (over.length > 0) {
      const fields = over.map((name) => [name, undefined] as const);
      await this.#hashes.replace(key, read, { fields, keepMs: '0', keep: 'extend' });
    }
  }

  #isOver(sealed: Uint8Array | undefined, name: Uint8Array, nowMs: number): boolean {
    try {
      return sealed === undefined || nowMs > openKept(sealed, this.#places.loose(name)).untilMs;
    } catch (error) {
      if (error instanceof Fault) return false;
      throw error;
    }
  }

  /** One run of `action`, or several with more of what it asks for; `undefined` if somebody else wrote meanwhile. */
  async #tried<T>(
    key: string,
    action: (records: Records) => T,
    placeAt: PlaceAt,
  ): Promise<{ readonly value: T } | undefined> {
    const known = new Map<string, StoredRecord | undefined>();
    const places = new Map<string, RecordPlace>();
    let write: Uint8Array | undefined;
    for (;;) {
      const step = new RecordStep(known);
      const result = step.run(action);
      if (step.wanted === undefined) {
        if ('error' in result) throw result.error;
        if (step.writes.size === 0) return result;
        const fields = [...step.writes].map(([name, kept]) => {
          const field = fieldOf(name);
          return { field, kept, place: places.get(field) ?? placeAt(field) };
        });
        write ??= await this.#unread(key, fields);
        return (await this.#commit(key, { write }, fields)) ? result : undefined;
      }
      const field = fieldOf(step.wanted);
      const place = placeAt(field);
      places.set(field, place);
      const { write: latest, fields } = await this.#hashes.read(key, [field]);
      if (write !== undefined && !isSame(write, latest)) return undefined;
      write = latest;
      known.set(step.wanted, fields[0] && openKept(fields[0], place).record);
    }
  }

  /** Of a partition that is only written, the latest write: another node may have been the one, by whose stamps it goes on. */
  async #unread(key: string, writes: readonly FieldWrite[]): Promise<Uint8Array> {
    const read = await this.#hashes.read(
      key,
      writes.map(({ field }) => field),
    );
    for (const [index, { place }] of writes.entries()) {
      const record = read.fields[index];
      if (record !== undefined) place.follow(record);
    }
    return read.write;
  }

  async #commit(key: string, read: Pick<ReadHash, 'write'>, writes: readonly FieldWrite[]): Promise<boolean> {
    const sealed = writes.map(({ field, kept, place }) => ({ field, place, value: kept && sealKept(kept, place) }));
    const untilMs = Math.max(0, ...writes.map(({ kept }) => kept?.untilMs ?? 0));
    const fields = sealed.map(({ field, value }) => [field, value] as const);
    const keepMs = keepingMs(untilMs, this.#nowMs());
    const isWritten = await this.#hashes.replace(key, read, { fields, keepMs, keep: 'extend' });
    if (isWritten) for (const { place, value } of sealed) if (value !== undefined) place.saw(value);
    return isWritten;
  }
}

/** A place of one field, before it is read. */
type PlaceAt = (field: string) => RecordPlace;

interface FieldWrite {
  readonly field: string;
  /** `undefined`: removed. */
  readonly kept: KeptRecord | undefined;
  readonly place: RecordPlace;
}

/** Whether a field of a hash is a record, and none of the hash's own. */
export function isRecordField(field: string): boolean {
  return field.startsWith(NAME_PREFIX);
}

function fieldOf(name: string): string {
  return NAME_PREFIX + name;
}

/** What a value is sealed for. */
export function placeNameOf(key: string, field: string): Uint8Array {
  return new TextEncoder().encode(`${key} ${field}`);
}

function isSame(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((octet, index) => octet === right[index]);
}
