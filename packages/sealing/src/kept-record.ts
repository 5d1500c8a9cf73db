/** What is kept beside contexts, as MessagePack, sealed. */
import { Fault } from '@parley/core';
import { Packr } from 'msgpackr';
import type { RecordPlace } from './record-place.ts';

/** Plain data, and until when it is kept (epoch milliseconds). */
export interface KeptRecord {
  readonly untilMs: number;
  readonly record: object;
}

// No structures: a record is readable on its own, by any MessagePack reader.
const packr = new Packr({ useRecords: false, mapsAsObjects: true });

/** Seals `kept` for `place`. @throws Fault as {@link RecordPlace.seal} */
export function sealKept({ untilMs, record }: KeptRecord, place: RecordPlace): Uint8Array {
  return place.seal(packr.pack({ untilMs, record }));
}

/** Opens what {@link sealKept} gave. @throws Fault as {@link RecordPlace.open}; `internal.store-corrupt` for anything else in it */
export function openKept(sealed: Uint8Array, place: RecordPlace): KeptRecord {
  const kept: unknown = unpacked(place.open(sealed));
  if (typeof kept === 'object' && kept !== null && 'untilMs' in kept && 'record' in kept) {
    const { untilMs, record } = kept;
    if (typeof untilMs === 'number' && typeof record === 'object' && record !== null) return { untilMs, record };
  }
  throw new Fault('internal.store-corrupt', { reason: 'record content' });
}

function unpacked(octets: Uint8Array): unknown {
  try {
    return packr.unpack(octets);
  } catch {
    throw new Fault('internal.store-corrupt', { reason: 'record content' });
  }
}
