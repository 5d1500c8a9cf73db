/** Which contexts changed lately: what other processes and pools may still hold in caches. */

import { Fault } from '@parley/core';
import type { ContextChanges } from '@parley/engine';

/** Changes that are remembered. Who was away longer takes everything for changed. */
export const CHANGES_KEPT = 256;

/** The numbers of the changes in `[since, count)`; `undefined` when they are not all remembered. */
export function changesSince(since: number, count: number): readonly number[] | undefined {
  if (since > count || count - since > CHANGES_KEPT) return undefined;
  return Array.from({ length: count - since }, (_, index) => since + index);
}

/** The changes of a store in memory. */
export class ChangeRing {
  readonly #identifiers: string[] = [];
  #count = 0;

  append(identifier: string): void {
    this.#identifiers[this.#count % CHANGES_KEPT] = identifier;
    this.#count++;
  }

  since(position: number | undefined): ContextChanges {
    if (position === undefined) return { position: this.#count, identifiers: [] };
    const numbers = changesSince(position, this.#count);
    return {
      position: this.#count,
      identifiers: numbers?.map((number) => this.#identifiers[number % CHANGES_KEPT] ?? ''),
    };
  }
}

/** A change as octets: its number, and the identifier. */
export function writeChange(number: number, identifier: string): Uint8Array {
  const text = new TextEncoder().encode(identifier);
  const octets = new Uint8Array(NUMBER_BYTES + text.length);
  new DataView(octets.buffer).setBigUint64(0, BigInt(number));
  octets.set(text, NUMBER_BYTES);
  return octets;
}

/** @throws Fault `internal.store-corrupt` */
export function readChange(octets: Uint8Array): { readonly number: number; readonly identifier: string } {
  if (octets.length < NUMBER_BYTES) throw new Fault('internal.store-corrupt', { reason: 'change record' });
  const number = Number(new DataView(octets.buffer, octets.byteOffset).getBigUint64(0));
  return { number, identifier: new TextDecoder('utf-8', { ignoreBOM: true }).decode(octets.subarray(NUMBER_BYTES)) };
}

const NUMBER_BYTES = 8;
