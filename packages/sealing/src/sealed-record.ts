/**
 * One sealed value. The header says how, when and under which key it was sealed, and is sealed with it: a record moved to
 * another identifier, or given another version, key id or stamp, does not open.
 *
 *   0         1                 9           17            29                        end - 16    end
 *   │ version │ key id (8)      │ stamp (8) │ IV (12)     │ ciphertext              │ tag (16)  │
 *
 * AES-256-GCM, random 96-bit IV: change the key-encryption key long before 2^32 records. The stamp grows with each record of one place; 0 where
 * nobody asks.
 */
import { createCipheriv, createDecipheriv, randomFillSync } from 'node:crypto';
import { Fault } from '@parley/core';
import type { KeyEncryptionKey } from './key-encryption-key.ts';
import { KEY_ID_BYTES } from './key-encryption-key.ts';

const RECORD_VERSION = 2;
const STAMP_AT = 1 + KEY_ID_BYTES;
const STAMP_BYTES = 8;
const IV_AT = STAMP_AT + STAMP_BYTES;
const IV_BYTES = 12;
const CIPHERTEXT_AT = IV_AT + IV_BYTES;
const TAG_BYTES = 16;
const CIPHER = 'aes-256-gcm';

/**
 * Seals `plaintext` (borrowed) for the place called `name`, with a whole number as its stamp. The result is the caller's.
 * @throws Fault `internal.crypto`
 */
export function sealRecord(plaintext: Uint8Array, name: Uint8Array, key: KeyEncryptionKey, stamp = 0): Uint8Array {
  const record = new Uint8Array(CIPHERTEXT_AT + plaintext.length + TAG_BYTES);
  record[0] = RECORD_VERSION;
  record.set(key.id, 1);
  new DataView(record.buffer).setBigUint64(STAMP_AT, BigInt(stamp));
  const iv = record.subarray(IV_AT, CIPHERTEXT_AT);
  try {
    // safety: not a passed-in source: an IV that comes twice would give away the key stream.
    randomFillSync(iv);
    const cipher = key.secret.lend((bytes) => createCipheriv(CIPHER, bytes, iv, { authTagLength: TAG_BYTES }));
    cipher.setAAD(record.subarray(0, IV_AT));
    cipher.setAAD(name);
    record.set(cipher.update(plaintext), CIPHERTEXT_AT);
    cipher.final();
    record.set(cipher.getAuthTag(), record.length - TAG_BYTES);
    return record;
  } catch (error) {
    throw error instanceof Fault ? error : new Fault('internal.crypto', { operation: 'seal record' });
  }
}

/**
 * Opens `record` (borrowed) from the place called `name`. The plaintext is the caller's, to wipe when it holds secrets.
 *
 * @throws Fault `caller.store-key-wrong` sealed under none of `keys`; `internal.store-corrupt` damaged, moved or forged
 */
export function openRecord(record: Uint8Array, name: Uint8Array, keys: readonly KeyEncryptionKey[]): Uint8Array {
  if (record.length < CIPHERTEXT_AT + TAG_BYTES || record[0] !== RECORD_VERSION) {
    throw new Fault('internal.store-corrupt', { reason: 'record header' });
  }
  const key = keys.find((candidate) => candidate.isNamed(record.subarray(1, STAMP_AT)));
  if (key === undefined) throw new Fault('caller.store-key-wrong', { reason: 'record of another key' });
  const iv = record.subarray(IV_AT, CIPHERTEXT_AT);
  const decipher = key.secret.lend((bytes) => createDecipheriv(CIPHER, bytes, iv, { authTagLength: TAG_BYTES }));
  decipher.setAAD(record.subarray(0, IV_AT));
  decipher.setAAD(name);
  decipher.setAuthTag(record.subarray(record.length - TAG_BYTES));
  // safety: nobody reads the plaintext before final() has checked the tag.
  const plaintext = decipher.update(record.subarray(CIPHERTEXT_AT, record.length - TAG_BYTES));
  try {
    decipher.final();
  } catch {
    plaintext.fill(0);
    throw new Fault('internal.store-corrupt', { reason: 'record does not open' });
  }
  return plaintext;
}

/** Whether `record` is sealed under `key`, by its header. */
export function isSealedUnder(record: Uint8Array, key: KeyEncryptionKey): boolean {
  return record.length >= STAMP_AT && key.isNamed(record.subarray(1, STAMP_AT));
}

/** The stamp of a record that has been opened, or sealed: before, it is anybody's. */
export function stampOf(record: Uint8Array): number {
  return Number(new DataView(record.buffer, record.byteOffset).getBigUint64(STAMP_AT));
}
