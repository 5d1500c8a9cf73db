/** Hashes on another machine, of sealed values, that change as a whole or not at all, whoever else writes them. */
import { Fault } from '@parley/core';

/** A hash as it was read. */
export interface ReadHash {
  /** Of the last write; empty where there is no such hash. */
  readonly write: Uint8Array;
  /** By the names that were asked for. */
  readonly fields: readonly (Uint8Array | undefined)[];
}

export interface HashWrite {
  /** Names and values; `undefined` removes. */
  readonly fields: readonly (readonly [name: string, value: Uint8Array | undefined])[];
  readonly keepMs: string;
  /** `extend`: what is kept longer already stays so long. */
  readonly keep: 'set' | 'extend';
  /** Told to all nodes where there was something before. */
  readonly tell?: Telling | undefined;
}

export interface Telling {
  readonly channel: string;
  readonly message: string;
}

/**
 * What a server does in one step each. What is sent again after a reply was lost is known by its name, and done once. All reject with
 * `internal.store-unavailable`, `internal.store-corrupt`, `caller.closed`.
 */
export interface RemoteHashes {
  read(key: string, names: readonly string[]): Promise<ReadHash>;
  /** Writes what is written to a hash that is still as it was read; `false` if it is not. */
  replace(key: string, read: Pick<ReadHash, 'write'>, write: HashWrite): Promise<boolean>;
  /** Removes one that is still as it was read, or gone; `false` if it is not. */
  remove(key: string, read: Pick<ReadHash, 'write'>, tell?: Telling): Promise<boolean>;
  /** Removes one, as it may be. */
  drop(key: string): Promise<void>;
  fieldNames(key: string): Promise<readonly string[]>;
  /** All keys like `pattern`, each once. */
  keys(pattern: string): AsyncIterable<string>;
}

/** Where so many others were first each time, something else is wrong. */
const TRIES_MAX = 512;
/** Does `step` until nobody else was first; it answers `undefined` where somebody was. @throws Fault `internal.store-unavailable` */
export async function untilFirst<T>(step: () => Promise<{ readonly value: T } | undefined>): Promise<T> {
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const done = await step();
    if (done !== undefined) return done.value;
  }
  throw new Fault('internal.store-unavailable', { reason: 'contended', tries: TRIES_MAX });
}
