import { invariant } from '../base/invariant.ts';
import { pSha1ByModule } from '../hot/sha1-module.ts';
import { pSha1ByOpenssl } from './p-sha1-openssl.ts';

/**
 * P_SHA1(secret, seed)[offsetBytes, offsetBytes + out.length) into `out` (RFC 2246 §5, WS-SC §7). Borrows all three.
 * Blocks that lie wholly before `offsetBytes` cost half.
 */
export function pSha1(secret: Uint8Array, seed: Uint8Array, offsetBytes: number, out: Uint8Array): void {
  // safety: anything else, such as a public key, would pass for an empty key.
  invariant(secret instanceof Uint8Array, 'a secret is octets');
  invariant(Number.isSafeInteger(offsetBytes) && offsetBytes >= 0, 'an offset is a whole number of octets');
  if (!pSha1ByModule(secret, seed, offsetBytes, out)) pSha1ByOpenssl(secret, seed, offsetBytes, out);
}
