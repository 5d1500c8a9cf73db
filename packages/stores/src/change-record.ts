/** One change of a store, as it is kept for other processes. */

import { Fault } from '@parley/core';

const STAMP_AT = 8;
const IDENTIFIER_AT = 16;

export interface Change {
  readonly number: number;
  /** Of the record that came of it; of the last one, where it was removed. */
  readonly stamp: number;
  readonly identifier: string;
}

export function writeChange({ number, stamp, identifier }: Change): Uint8Array {
  const text = new TextEncoder().encode(identifier);
  const octets = new Uint8Array(IDENTIFIER_AT + text.length);
  const view = new DataView(octets.buffer);
  view.setBigUint64(0, BigInt(number));
  view.setBigUint64(STAMP_AT, BigInt(stamp));
  octets.set(text, IDENTIFIER_AT);
  return octets;
}

/** @throws Fault `internal.store-corrupt` */
export function readChange(octets: Uint8Array): Change {
  if (octets.length < IDENTIFIER_AT) throw new Fault('internal.store-corrupt', { reason: 'change record' });
  const view = new DataView(octets.buffer, octets.byteOffset);
  return {
    number: Number(view.getBigUint64(0)),
    stamp: Number(view.getBigUint64(STAMP_AT)),
    identifier: new TextDecoder('utf-8', { ignoreBOM: true }).decode(octets.subarray(IDENTIFIER_AT)),
  };
}
