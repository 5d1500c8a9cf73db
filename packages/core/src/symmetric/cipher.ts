import type { CipherGCMTypes } from 'node:crypto';
import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { CipherAlgorithm } from '../algorithms/symmetric.ts';
import { Fault } from '../base/fault.ts';

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
  checkKey(algorithm, key);
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

/** What decrypting gave. */
export interface Decrypted {
  readonly octets: Uint8Array;
  readonly isGood: boolean;
}

/**
 * Decrypts as {@link decrypt}, but gives octets in any case. For those who go on as if nothing had happened, so that no
 * time tells what was wrong (safety: a padding oracle), and refuse in the end: badly padded CBC is given as if it had
 * the shortest padding; what GCM refuses as zeros; nothing where there is no whole ciphertext.
 *
 * @throws Fault `peer.key-usage` as {@link decrypt}.
 */
export function decryptToEnd(algorithm: CipherAlgorithm, key: Uint8Array, data: Uint8Array): Decrypted {
  checkKey(algorithm, key);
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
  const starts = ends.map((_, index) => ends[index - 1] ?? 0);
  const areOne =
    ends.length > 1 &&
    algorithm.mode === 'cbc' &&
    ends.every((end, index) => isWholeCbc(algorithm, end - starts[index]!));
  if (!areOne) return ends.map((end, index) => decryptToEnd(algorithm, key, data.subarray(starts[index], end)));
  checkKey(algorithm, key);
  try {
    // perf: setting up a cipher costs more than 5 KB of it. CBC takes each block with the one before it, so the texts are
    // one text: only where an IV stands comes out what is nobody's.
    const padded = decipherCbc(algorithm, key, data.subarray(0, ends.at(-1)));
    return ends.map((end, index) => unpadded(algorithm, padded, starts[index]!, end - algorithm.ivBytes));
  } catch {
    return ends.map(() => NOTHING);
  }
}

const NOTHING: Decrypted = Object.freeze({ octets: new Uint8Array(0), isGood: false });

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
  if (!isWholeCbc(algorithm, data.length)) return NOTHING;
  const padded = decipherCbc(algorithm, key, data);
  return unpadded(algorithm, padded, 0, padded.length);
}

/** Whether a text is an IV and whole blocks. */
function isWholeCbc({ ivBytes, blockBytes }: CipherAlgorithm, lengthBytes: number): boolean {
  return lengthBytes >= ivBytes + blockBytes && lengthBytes % blockBytes === 0;
}

function decipherCbc({ nodeName, ivBytes }: CipherAlgorithm, key: Uint8Array, data: Uint8Array): Uint8Array {
  const decipher = createDecipheriv(nodeName, key, data.subarray(0, ivBytes));
  decipher.setAutoPadding(false);
  const padded = decipher.update(data.subarray(ivBytes));
  decipher.final();
  return padded;
}

/** padded[start, end) without its padding. */
function unpadded({ blockBytes }: CipherAlgorithm, padded: Uint8Array, start: number, end: number): Decrypted {
  // spec: XML Encryption §5.2: the other octets of the padding are arbitrary.
  const paddingBytes = padded[end - 1] as number;
  const isGood = paddingBytes >= 1 && paddingBytes <= blockBytes;
  const lengthBytes = end - start - (isGood ? paddingBytes : 1);
  return { octets: new Uint8Array(padded.buffer, padded.byteOffset + start, lengthBytes), isGood };
}

function decryptGcm(algorithm: CipherAlgorithm, key: Uint8Array, data: Uint8Array): Decrypted {
  const { ivBytes, tagBytes } = algorithm;
  const tagStart = data.length - tagBytes;
  if (tagStart < ivBytes) return NOTHING;
  const decipher = createDecipheriv(algorithm.nodeName as CipherGCMTypes, key, data.subarray(0, ivBytes), {
    authTagLength: tagBytes, // safety: without it Node takes shorter tags
  });
  decipher.setAuthTag(data.subarray(tagStart));
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

function concatenate(first: Uint8Array, second: Uint8Array, third: Uint8Array): Uint8Array {
  const whole = new Uint8Array(first.length + second.length + third.length);
  whole.set(first);
  whole.set(second, first.length);
  whole.set(third, first.length + second.length);
  return whole;
}

function checkKey(algorithm: CipherAlgorithm, key: Uint8Array): void {
  if (key.length === algorithm.keyBytes) return;
  throw new Fault('peer.key-usage', { algorithm: algorithm.name, keyBytes: key.length });
}
