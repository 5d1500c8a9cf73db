import { hash } from 'node:crypto';
import { Fault } from '@parley/core';
import { called, FINITE } from '@parley/core/internal';
import type { KeyEncryptionKey } from './key-encryption-key.ts';
import type { RecordPlace } from './record-place.ts';
import { recordPlace } from './record-place.ts';
import type { RollbackWitness } from './rollback-witness.ts';
import { isSealedUnder, openRecord, sealRecord, stampOf } from './sealed-record.ts';

/** Stamps are times, so that what was removed and made again, by whomever, is newer: this many to the millisecond. */
const STAMPS_A_MS = 1024;

/** The stamp of a record that is written at that time, unless one of its place is newer. */
export function stampAt(nowMs: number): number {
  return Math.max(0, Math.floor(nowMs * STAMPS_A_MS));
}

export interface SealedPlacesParts {
  /** The first seals. */
  readonly keys: readonly [KeyEncryptionKey, ...KeyEncryptionKey[]];
  readonly nowMs: () => number;
  readonly witness: RollbackWitness;
}

/** The places of one store: each record is sealed for its own, and none opens that is older than it is known to be. */
export class SealedPlaces {
  readonly #parts: SealedPlacesParts;

  constructor(parts: SealedPlacesParts) {
    this.#parts = parts;
  }

  /** The first seals. */
  get keys(): SealedPlacesParts['keys'] {
    return this.#parts.keys;
  }

  /** The place called `name`, before it is read: what is read afterwards is as new as what is known by now, however late it comes. */
  at(name: Uint8Array): WitnessedPlace {
    return new WitnessedPlace(name, this.#parts, true);
  }

  /** The same within a transaction: what is read there may never come to be. */
  within(name: Uint8Array): WitnessedPlace {
    return new WitnessedPlace(name, this.#parts, false);
  }

  /** The same, of which an older record is as good as the newest. */
  loose(name: Uint8Array): RecordPlace {
    return recordPlace(name, this.keys);
  }

  /** A record of that stamp is at the place called `name`, as another process says. */
  heard(name: Uint8Array, stamp: number): void {
    this.#parts.witness.saw(placeOf(name), stamp);
  }

  /** Whether `record` is sealed under the key that seals now. */
  isCurrent(record: Uint8Array): boolean {
    return isSealedUnder(record, this.keys[0]);
  }
}

/** One place, as it is known at one moment. */
export class WitnessedPlace implements RecordPlace {
  readonly #name: Uint8Array;
  readonly #parts: SealedPlacesParts;
  readonly #place: string;
  readonly #isCommitted: boolean;
  readonly #least: number;
  #newest: number;

  /** `isCommitted`: whether what is read there is there for all. */
  constructor(name: Uint8Array, parts: SealedPlacesParts, isCommitted: boolean) {
    this.#name = name;
    this.#parts = parts;
    this.#isCommitted = isCommitted;
    this.#place = placeOf(name);
    this.#least = parts.witness.newest(this.#place);
    this.#newest = this.#least;
  }

  /** The stamp of the newest record that is known. */
  get stamp(): number {
    return this.#newest;
  }

  /** @throws Fault `internal.store-corrupt` also where a newer one has been there; and as `openRecord` */
  open(record: Uint8Array): Uint8Array {
    const plaintext = openRecord(record, this.#name, this.#parts.keys);
    const stamp = stampOf(record);
    if (stamp < this.#least) {
      plaintext.fill(0);
      throw new Fault('internal.store-corrupt', { reason: 'rolled back' });
    }
    this.#newest = Math.max(this.#newest, stamp);
    if (this.#isCommitted) this.#parts.witness.saw(this.#place, stamp);
    return plaintext;
  }

  seal(plaintext: Uint8Array): Uint8Array {
    const stamp = Math.max(stampAt(called('nowMs', FINITE, this.#parts.nowMs)), this.#newest + 1);
    return sealRecord(plaintext, this.#name, this.#parts.keys[0], stamp);
  }

  follow(record: Uint8Array): void {
    try {
      this.open(record).fill(0);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
    }
  }

  /** As {@link saw}, and worth keeping longer than this process lives. */
  async wrote(record: Uint8Array): Promise<void> {
    await this.#parts.witness.wrote(this.#place, stampOf(record));
  }

  saw(record: Uint8Array): void {
    this.#parts.witness.saw(this.#place, stampOf(record));
  }
}

function placeOf(name: Uint8Array): string {
  return hash('sha256', name, 'base64url').slice(0, 22);
}
