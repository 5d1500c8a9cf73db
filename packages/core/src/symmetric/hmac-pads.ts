import { hash } from 'node:crypto';
import type { HashName } from '../algorithms/symmetric.ts';
import { invariant } from '../base/invariant.ts';

/**
 * Writes the two keyed blocks of HMAC (RFC 2104 §2) at the front of `inner` and `outer`, which the caller owns and
 * wipes: whoever holds one holds the key. A key longer than the block is hashed first.
 */
export function writeHmacPads(
  hashName: HashName,
  blockBytes: number,
  key: Uint8Array,
  inner: Uint8Array,
  outer: Uint8Array,
): void {
  // safety: anything else, such as a public key, would pass for an empty key.
  invariant(key instanceof Uint8Array, 'a MAC key is octets');
  const short = key.length > blockBytes ? hash(hashName, key, 'buffer') : key;
  for (let i = 0; i < blockBytes; i++) {
    const octet = i < short.length ? (short[i] as number) : 0;
    inner[i] = octet ^ 0x36;
    outer[i] = octet ^ 0x5c;
  }
  if (short !== key) short.fill(0);
}
