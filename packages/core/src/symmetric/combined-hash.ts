import { createHash } from 'node:crypto';
import { deriveKey } from './derive-key.ts';

const LABEL = 'AUTH-HASH';
const COMBINED_HASH_BYTES = 32;

/**
 * wst:CombinedHash (WS-Trust §9.5): what binds all legs of a negotiation to the key that came of it. `legs` are the canonical
 * octets of its trust elements, in the order in which they were sent; all is borrowed.
 */
export function combinedHash(proofKey: Uint8Array, legs: readonly Uint8Array[]): Uint8Array {
  const hash = createHash('sha1');
  for (const leg of legs) hash.update(leg);
  const out = new Uint8Array(COMBINED_HASH_BYTES);
  deriveKey(proofKey, { label: LABEL, nonce: hash.digest(), offsetBytes: 0 }, out);
  return out;
}
