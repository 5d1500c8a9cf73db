import { macAlgorithm } from '../algorithms/symmetric.ts';
import type { Secret } from '../base/secret.ts';
import { MacKey } from '../symmetric/mac.ts';

const HMAC_SHA256 = macAlgorithm('hmac-sha256');

/**
 * Fills `out` with the key that stands for the one that `encrypted` does not hold: HMAC-SHA256(secret, n || length ||
 * encrypted) for n = 0, 1, …. It is a function of its inputs: a second look at the same octets tells nothing new. Borrows all.
 */
export function implicitKey(secret: Secret, encrypted: Uint8Array, out: Uint8Array): void {
  const input = new Uint8Array(3 + encrypted.length);
  input[1] = out.length >> 8;
  input[2] = out.length;
  input.set(encrypted, 3);
  secret.lend((octets) => {
    const key = new MacKey(HMAC_SHA256, octets);
    for (let start = 0; start < out.length; start += HMAC_SHA256.macBytes) {
      const block = key.sign(input);
      out.set(block.subarray(0, out.length - start), start);
      block.fill(0);
      input[0]!++;
    }
    key.wipe();
  });
}
