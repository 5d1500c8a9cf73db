/** Decrypting with CBC, one text after the other. */
import type { Decipher } from 'node:crypto';
import { createDecipheriv } from 'node:crypto';
import type { CipherAlgorithm } from '../algorithms/symmetric.ts';
import { Fault } from '../base/fault.ts';

/** What decrypting gave. */
export interface Decrypted {
  readonly octets: Uint8Array;
  readonly isGood: boolean;
}

/** Of what is no whole ciphertext. */
export const NOTHING: Decrypted = Object.freeze({ octets: new Uint8Array(0), isGood: false });

/**
 * A key made ready for CBC. perf: setting up a cipher costs more than 5 KB of it. CBC takes each block with the one before it, and a text
 * begins with its IV, so any number of texts are one text: only where an IV stands comes out what is nobody's.
 *
 * It holds the key: its owner calls {@link CbcDecipher.wipe}, after which every use fails.
 */
export class CbcDecipher {
  readonly algorithm: CipherAlgorithm;
  #decipher: Decipher | undefined;

  /**
   * Borrows `key`.
   * @throws Fault `peer.key-usage` it has not the algorithm's length; `internal.crypto` the algorithm is not to be had
   */
  constructor(algorithm: CipherAlgorithm, key: Uint8Array) {
    requireCipherKey(algorithm, key);
    this.algorithm = algorithm;
    try {
      const decipher = createDecipheriv(algorithm.nodeName, key, new Uint8Array(algorithm.ivBytes));
      decipher.setAutoPadding(false);
      this.#decipher = decipher;
    } catch (error) {
      throw new Fault('internal.crypto', { algorithm: algorithm.name }, error);
    }
  }

  /**
   * Decrypts texts of whole blocks, which stand in `data` (borrowed) one behind the other and end at `ends`. Badly padded ones are given as
   * if they had the shortest padding. The results share memory.
   *
   * @throws Fault `caller.context-unusable` after {@link CbcDecipher.wipe}
   */
  decryptAllToEnd(data: Uint8Array, ends: readonly number[]): readonly Decrypted[] {
    if (this.#decipher === undefined) throw new Fault('caller.context-unusable', { reason: 'key was wiped' });
    const { algorithm } = this;
    const last = ends.at(-1) ?? 0;
    const padded = this.#decipher.update(data.length === last ? data : data.subarray(0, last));
    return ends.map((end, index) => unpadded(algorithm, padded, (ends[index - 1] ?? 0) + algorithm.ivBytes, end));
  }

  /** Overwrites the key. */
  wipe(): void {
    // safety: its end is when OpenSSL overwrites what it made of the key.
    this.#decipher?.final();
    this.#decipher = undefined;
  }
}

/** Whether each of the texts that end at `ends` is an IV and whole blocks. */
export function areWholeCbc({ ivBytes, blockBytes }: CipherAlgorithm, ends: readonly number[]): boolean {
  return ends.every((end, index) => {
    const lengthBytes = end - (ends[index - 1] ?? 0);
    return lengthBytes >= ivBytes + blockBytes && lengthBytes % blockBytes === 0;
  });
}

/** padded[start, end) without its padding. */
export function unpadded({ blockBytes }: CipherAlgorithm, padded: Uint8Array, start: number, end: number): Decrypted {
  // spec: XML Encryption §5.2: the other octets of the padding are arbitrary.
  const paddingBytes = padded[end - 1] as number;
  const isGood = paddingBytes >= 1 && paddingBytes <= blockBytes;
  const lengthBytes = end - start - (isGood ? paddingBytes : 1);
  return { octets: new Uint8Array(padded.buffer, padded.byteOffset + start, lengthBytes), isGood };
}

/** @throws Fault `peer.key-usage` a key that has not the algorithm's length */
export function requireCipherKey({ name, keyBytes }: CipherAlgorithm, key: Uint8Array): void {
  if (key.length !== keyBytes) throw new Fault('peer.key-usage', { algorithm: name, keyBytes: key.length });
}
