import type { CipherGCMTypes } from 'node:crypto';
import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { CipherAlgorithm } from '../algorithms/symmetric.ts';
import { Fault } from '../base/fault.ts';
import type { Decrypted } from './cbc-decipher.ts';
import { areWholeCbc, CbcDecipher, NOTHING, requireCipherKey, unpadded } from './cbc-decipher.ts';

/**
 * Encrypts as XML Encryption does (§5.2): IV || ciphertext for CBC, IV || ciphertext || tag for GCM. Borrows its
 * inputs; the result is the caller's. Never use an IV twice under one key.
 *
 * @throws Fault `peer.key-usage` the key has not the algorithm's length; `caller.input-invalid` the IV has not;
 *   `internal.crypto` the algorithm is not to be had.
 */
export function encrypt(
  algorithm: CipherAlgorithm,
  key: Uint8Array,
  iv: Uint8Array,
  plaintext: Uint8Array,
): Uint8Array {
  requireCipherKey(algorithm, key);
  if (iv.length !== algorithm.ivBytes) throw new Fault('caller.input-invalid', { ivBytes: iv.length });
  try {
    return algorithm.mode === 'gcm'
      ? encryptGcm(algorithm, key, iv, plaintext)
      : encryptCbc(algorithm, key, iv, plaintext);
  } catch (error) {
    throw new Fault('internal.crypto', { algorithm: algorithm.name }, error);
  }
}

/**
 * Decrypts what {@link encrypt} makes. Borrows its inputs; the result is the caller's, in memory of its own, and
 * nothing of it leaves unless all of it is good. CBC alone does not notice changes: check a signature over the outcome.
 *
 * @throws Fault `peer.key-usage` the key has not the algorithm's length; `peer.decrypt-failed` anything else, always
 *   the same error (safety: whoever can tell the causes apart can decrypt).
 */
export function decrypt(algorithm: CipherAlgorithm, key: Uint8Array, data: Uint8Array): Uint8Array {
  const { octets, isGood } = decryptToEnd(algorithm, key, data);
  if (isGood) return octets;
  octets.fill(0);
  throw new Fault('peer.decrypt-failed');
}

/**
 * Decrypts as {@link decrypt}, but gives octets in any case. For those who go on as if nothing had happened, so that no
 * time tells what was wrong (safety: a padding oracle), and refuse in the end: badly padded CBC is given as if it had
 * the shortest padding; what GCM refuses as zeros; nothing where there is no whole ciphertext.
 *
 * @throws Fault `peer.key-usage` as {@link decrypt}.
 */
export function decryptToEnd(algorithm: CipherAlgorithm, key: Uint8Array, data: Uint8Array): Decrypted {
  requireCipherKey(algorithm, key);
  try {
    return algorithm.mode === 'gcm' ? decryptGcm(algorithm, key, data) : decryptCbc(algorithm, key, data);
  } catch {
    return NOTHING;
  }
}

/**
 * {@link decryptToEnd} of several texts under one key, which stand in `data` one behind the other and end at `ends`. The
 * results may share memory.
 *
 * @throws Fault `peer.key-usage` as {@link decrypt}.
 */
export function decryptAllToEnd(
  algorithm: CipherAlgorithm,
  key: Uint8Array,
  data: Uint8Array,
  ends: readonly number[],
): readonly Decrypted[] {
  if (algorithm.mode === 'cbc' && ends.length > 1 && areWholeCbc(algorithm, ends)) {
    requireCipherKey(algorithm, key);
    try {
      return decryptAllCbc(algorithm, key, data, ends);
    } catch {
      return ends.map(() => NOTHING);
    }
  }
  return ends.map((end, index) => decryptToEnd(algorithm, key, data.subarray(ends[index - 1] ?? 0, end)));
}

function encryptCbc(algorithm: CipherAlgorithm, key: Uint8Array, iv: Uint8Array, plaintext: Uint8Array): Uint8Array {
  // spec: only the last octet of the padding counts, so the cipher's own PKCS#7 padding is right.
  const cipher = createCipheriv(algorithm.nodeName, key, iv);
  return concatenate(iv, cipher.update(plaintext), cipher.final());
}

function encryptGcm(algorithm: CipherAlgorithm, key: Uint8Array, iv: Uint8Array, plaintext: Uint8Array): Uint8Array {
  const cipher = createCipheriv(algorithm.nodeName as CipherGCMTypes, key, iv, { authTagLength: algorithm.tagBytes });
  const ciphertext = cipher.update(plaintext);
  cipher.final();
  return concatenate(iv, ciphertext, cipher.getAuthTag());
}

function decryptCbc(algorithm: CipherAlgorithm, key: Uint8Array, data: Uint8Array): Decrypted {
  const { nodeName, ivBytes } = algorithm;
  if (!areWholeCbc(algorithm, [data.length])) return NOTHING;
  const decipher = createDecipheriv(nodeName, key, data.subarray(0, ivBytes));
  decipher.setAutoPadding(false);
  const padded = decipher.update(data.subarray(ivBytes));
  decipher.final();
  return unpadded(algorithm, padded, 0, padded.length);
}

function decryptAllCbc(
  algorithm: CipherAlgorithm,
  key: Uint8Array,
  data: Uint8Array,
  ends: readonly number[],
): readonly Decrypted[] {
  const decipher = new CbcDecipher(algorithm, key);
  try {
    return decipher.decryptAllToEnd(data, ends);
  } finally {
    decipher.wipe();
  }
}

function decryptGcm(algorithm: CipherAlgorithm, key: Uint8Array, data: Uint8Array): Decrypted {
  const { ivBytes, tagBytes } = algorithm;
  const tagStart = data.length - tagBytes;
  if (tagStart < ivBytes) return NOTHING;
  // perf: views of a few octets cost more than copies.
  for (let index = 0; index < ivBytes; index++) gcmIv[index] = data[index]!;
  for (let index = 0; index < tagBytes; index++) gcmTag[index] = data[tagStart + index]!;
  const decipher = createDecipheriv(algorithm.nodeName as CipherGCMTypes, key, gcmIv, {
    authTagLength: tagBytes, // safety: without it Node takes shorter tags
  });
  decipher.setAuthTag(gcmTag);
  const plaintext = decipher.update(data.subarray(ivBytes, tagStart));
  const octets = new Uint8Array(plaintext.buffer, plaintext.byteOffset, plaintext.length);
  try {
    decipher.final();
  } catch {
    octets.fill(0);
    return { octets, isGood: false };
  }
  return { octets, isGood: true };
}

// What both have in all ciphers with GCM.
const gcmIv = new Uint8Array(12);
const gcmTag = new Uint8Array(16);

function concatenate(first: Uint8Array, second: Uint8Array, third: Uint8Array): Uint8Array {
  const whole = new Uint8Array(first.length + second.length + third.length);
  whole.set(first);
  whole.set(second, first.length);
  whole.set(third, first.length + second.length);
  return whole;
}
