/** EME-OAEP of RFC 8017 §7.1, for where OpenSSL's cannot be used: digest and mask with different hashes, a seed given. */
import { hash } from 'node:crypto';
import type { HashName } from '../algorithms/symmetric.ts';
import { digestAlgorithm } from '../algorithms/symmetric.ts';

export interface OaepParameters {
  /** Of the label. */
  readonly hash: HashName;
  /** Of MGF1. */
  readonly maskHash: HashName;
  readonly label: Uint8Array;
}

/** Octets that padding takes of the modulus. */
export function oaepOverheadBytes(parameters: OaepParameters): number {
  return 2 * digestAlgorithm(parameters.hash).digestBytes + 2;
}

/** `message` padded to `modulusBytes`. Borrows all; the result is the caller's to wipe. `message` must fit. */
export function encodeOaep(
  parameters: OaepParameters,
  message: Uint8Array,
  modulusBytes: number,
  fillRandom: (out: Uint8Array) => void,
): Uint8Array {
  const labelHash = hash(parameters.hash, parameters.label, 'buffer');
  const encoded = new Uint8Array(modulusBytes);
  const seed = encoded.subarray(1, 1 + labelHash.length);
  const block = encoded.subarray(1 + labelHash.length);
  block.set(labelHash);
  block[block.length - message.length - 1] = 1;
  block.set(message, block.length - message.length);
  fillRandom(seed);
  applyMask(parameters.maskHash, seed, block);
  applyMask(parameters.maskHash, block, seed);
  return encoded;
}

/**
 * The message in `encoded`, which is overwritten; `undefined` if there is none. Takes the same time whatever is wrong:
 * which check failed must not show (Manger 2001).
 */
export function decodeOaep(parameters: OaepParameters, encoded: Uint8Array): Uint8Array | undefined {
  const labelHash = hash(parameters.hash, parameters.label, 'buffer');
  const seed = encoded.subarray(1, 1 + labelHash.length);
  const block = encoded.subarray(1 + labelHash.length);
  applyMask(parameters.maskHash, block, seed);
  applyMask(parameters.maskHash, seed, block);
  let wrong = encoded[0]!;
  for (let i = 0; i < labelHash.length; i++) wrong |= block[i]! ^ labelHash[i]!;
  // safety: no branch and no index depends on what the octets are. The message begins behind the first 1.
  let isBehind = 0;
  let start = 0;
  for (let i = labelHash.length; i < block.length; i++) {
    const isOne = isZero(block[i]! ^ 1);
    start |= -isOne & (isBehind - 1) & (i + 1);
    wrong |= (isOne - 1) & (isBehind - 1) & block[i]!;
    isBehind |= isOne;
  }
  wrong |= isBehind ^ 1;
  const message = wrong === 0 ? new Uint8Array(block.subarray(start)) : undefined;
  encoded.fill(0);
  return message;
}

// octets ^= MGF1(seed) (RFC 8017 §B.2.1).
function applyMask(hashName: HashName, seed: Uint8Array, octets: Uint8Array): void {
  const input = new Uint8Array(seed.length + 4);
  input.set(seed);
  const { digestBytes } = digestAlgorithm(hashName);
  for (let start = 0, counter = 0; start < octets.length; start += digestBytes, counter++) {
    input[seed.length + 3] = counter; // 1024 octets of modulus: never more than 52
    const mask = hash(hashName, input, 'buffer');
    for (let i = start; i < octets.length && i < start + digestBytes; i++) octets[i]! ^= mask[i - start]!;
    mask.fill(0);
  }
  input.fill(0);
}

// 1 for 0, 0 for any other octet.
function isZero(octet: number): number {
  return (octet - 1) >>> 31;
}
