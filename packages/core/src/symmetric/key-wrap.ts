/** A key wrapped with a key (XML Encryption 1.1 §5.6). */
import { createCipheriv, createDecipheriv, hash } from 'node:crypto';
import type { KeyWrapAlgorithm } from '../algorithms/symmetric.ts';
import { equalConstantTime } from '../base/constant-time.ts';
import { Fault } from '../base/fault.ts';
import { Secret } from '../base/secret.ts';

const AES_INITIAL_VALUE = new Uint8Array(8).fill(0xa6); // RFC 3394 §2.2.3
const KEY_BYTES_MIN = 16; // RFC 3394 §2: two blocks

const TRIPLE_DES_IV = Uint8Array.of(0x4a, 0xdd, 0xa2, 0x2c, 0x79, 0xe8, 0x21, 0x05); // RFC 3217 §3.1
const CHECKSUM_BYTES = 8;
const BLOCK_BYTES = 8;

/**
 * Wraps `key` with `wrappingKey`, both borrowed: the octets of a `xenc:CipherValue`, which are the caller's. AES (RFC 3394)
 * takes no chance; 3DES (RFC 3217, there for its own keys only, and as xmlsec and Santuario wrap any) an IV from `fillRandom`.
 * Both wrap 16 octets or more, in eights.
 *
 * @throws Fault `peer.key-usage` the wrapping key has not the algorithm's length; `caller.input-invalid` the key is of a
 *   length that is not wrapped; `internal.crypto` the algorithm is not to be had.
 */
export function wrapKey(
  algorithm: KeyWrapAlgorithm,
  wrappingKey: Uint8Array,
  key: Uint8Array,
  fillRandom: (out: Uint8Array) => void,
): Uint8Array {
  checkKey(algorithm, wrappingKey);
  const isTripleDes = algorithm.name === 'kw-tripledes';
  if (!isWrappable(key.length))
    throw new Fault('caller.input-invalid', { algorithm: algorithm.name, keyBytes: key.length });
  try {
    return isTripleDes ? wrapTripleDes(wrappingKey, key, fillRandom) : wrapAes(algorithm, wrappingKey, key);
  } catch (error) {
    throw error instanceof Fault ? error : new Fault('internal.crypto', { algorithm: algorithm.name }, error);
  }
}

/**
 * Unwraps what {@link wrapKey} makes. Borrows its inputs; the secret is the caller's.
 *
 * @throws Fault `peer.key-usage` the wrapping key has not the algorithm's length; `peer.decrypt-failed` anything else,
 *   always the same.
 */
export function unwrapKey(algorithm: KeyWrapAlgorithm, wrappingKey: Uint8Array, wrapped: Uint8Array): Secret {
  checkKey(algorithm, wrappingKey);
  let key: Uint8Array | undefined;
  try {
    const isTripleDes = algorithm.name === 'kw-tripledes';
    key = isTripleDes ? unwrapTripleDes(wrappingKey, wrapped) : unwrapAes(algorithm, wrappingKey, wrapped);
  } catch {
    key = undefined;
  }
  if (key === undefined) throw new Fault('peer.decrypt-failed');
  const secret = Secret.copyOf(key);
  key.fill(0);
  return secret;
}

function wrapAes({ nodeName }: KeyWrapAlgorithm, wrappingKey: Uint8Array, key: Uint8Array): Uint8Array {
  return new Uint8Array(createCipheriv(nodeName, wrappingKey, AES_INITIAL_VALUE).update(key));
}

function unwrapAes(
  { nodeName }: KeyWrapAlgorithm,
  wrappingKey: Uint8Array,
  wrapped: Uint8Array,
): Uint8Array | undefined {
  if (!isWrappable(wrapped.length - BLOCK_BYTES)) return undefined;
  return createDecipheriv(nodeName, wrappingKey, AES_INITIAL_VALUE).update(wrapped);
}

// RFC 3217 §3.1. The parity of the key is left as it is: nobody looks at it.
function wrapTripleDes(wrappingKey: Uint8Array, key: Uint8Array, fillRandom: (out: Uint8Array) => void): Uint8Array {
  const inner = new Uint8Array(key.length + CHECKSUM_BYTES);
  inner.set(key);
  inner.set(checksum(key), key.length);
  const outer = new Uint8Array(BLOCK_BYTES + inner.length);
  const iv = outer.subarray(0, BLOCK_BYTES);
  fillRandom(iv);
  outer.set(encryptBlocks(wrappingKey, iv, inner), BLOCK_BYTES);
  inner.fill(0);
  return new Uint8Array(encryptBlocks(wrappingKey, TRIPLE_DES_IV, outer.reverse()));
}

// RFC 3217 §3.2.
function unwrapTripleDes(wrappingKey: Uint8Array, wrapped: Uint8Array): Uint8Array | undefined {
  const keyBytes = wrapped.length - BLOCK_BYTES - CHECKSUM_BYTES;
  if (!isWrappable(keyBytes)) return undefined;
  const outer = decryptBlocks(wrappingKey, TRIPLE_DES_IV, wrapped).reverse();
  const inner = decryptBlocks(wrappingKey, outer.subarray(0, BLOCK_BYTES), outer.subarray(BLOCK_BYTES));
  const key = inner.subarray(0, keyBytes);
  if (equalConstantTime(checksum(key), inner.subarray(keyBytes))) return key;
  inner.fill(0);
  return undefined;
}

function encryptBlocks(key: Uint8Array, iv: Uint8Array, blocks: Uint8Array): Uint8Array {
  return createCipheriv('des-ede3-cbc', key, iv).setAutoPadding(false).update(blocks);
}

function decryptBlocks(key: Uint8Array, iv: Uint8Array, blocks: Uint8Array): Uint8Array {
  return createDecipheriv('des-ede3-cbc', key, iv).setAutoPadding(false).update(blocks);
}

function checksum(key: Uint8Array): Uint8Array {
  return hash('sha1', key, 'buffer').subarray(0, CHECKSUM_BYTES);
}

function isWrappable(lengthBytes: number): boolean {
  return lengthBytes >= KEY_BYTES_MIN && lengthBytes % BLOCK_BYTES === 0;
}

function checkKey(algorithm: KeyWrapAlgorithm, key: Uint8Array): void {
  if (key.length === algorithm.keyBytes) return;
  throw new Fault('peer.key-usage', { algorithm: algorithm.name, keyBytes: key.length });
}
