/** One change of a store, as it is kept for other processes. */

import { Fault } from '@parley/core';

const NUMBER_BYTES = 8;

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
