/** What is kept beside contexts, as MessagePack, sealed. */
import { Fault } from '@parley/core';
import { Packr } from 'msgpackr';
import type { KeyEncryptionKey } from './key-encryption-key.ts';
import { openRecord, sealRecord } from './sealed-record.ts';

/** Plain data, and until when it is kept (epoch milliseconds). */
export interface KeptRecord {
  readonly untilMs: number;
  readonly record: object;
}

// No structures: a record is readable on its own, by any MessagePack reader.
const packr = new Packr({ useRecords: false, mapsAsObjects: true });

/** Seals `kept` for the place called `name`, as {@link sealRecord}. */
export function sealKept({ untilMs, record }: KeptRecord, name: Uint8Array, key: KeyEncryptionKey): Uint8Array {
  return sealRecord(packr.pack({ untilMs, record }), name, key);
}

/** Opens what {@link sealKept} gave. @throws Fault as {@link openRecord}; `internal.store-corrupt` for anything else in it */
export function openKept(sealed: Uint8Array, name: Uint8Array, keys: readonly KeyEncryptionKey[]): KeptRecord {
  const kept: unknown = unpacked(openRecord(sealed, name, keys));
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
