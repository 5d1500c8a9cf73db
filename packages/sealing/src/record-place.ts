import type { KeyEncryptionKey } from './key-encryption-key.ts';
import { openRecord, sealRecord } from './sealed-record.ts';

/** One place that sealed records are kept at. */
export interface RecordPlace {
  /** @throws Fault as `sealRecord` */
  seal(plaintext: Uint8Array): Uint8Array;
  /** @throws Fault as `openRecord` */
  open(record: Uint8Array): Uint8Array;
  /** What is sealed from now on is newer than `record`, which it takes the place of, unread; one that does not open says nothing. */
  follow(record: Uint8Array): void;
  /** To be called once `record` is there for all to read, and not before: what was not written must not be missed. */
  saw(record: Uint8Array): void;
}

/** A place of which an older record is as good as the newest. The first of `keys` seals. */
export function recordPlace(name: Uint8Array, keys: readonly [KeyEncryptionKey, ...KeyEncryptionKey[]]): RecordPlace {
  return {
    seal: (plaintext) => sealRecord(plaintext, name, keys[0]),
    open: (record) => openRecord(record, name, keys),
    follow: () => undefined,
    saw: () => undefined,
  };
}
