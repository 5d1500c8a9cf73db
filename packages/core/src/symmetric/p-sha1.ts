import { requireInput } from '../base/input.ts';
import { pSha1ByModule } from '../hot/sha1-module.ts';
import { requireKind, whole } from '../options/kind.ts';
import { pSha1ByOpenssl } from './p-sha1-openssl.ts';

/** A stream is computed from its start: further on, each octet would cost seconds. */
export const OFFSET_BYTES_MAX: number = 2 ** 24;

const OFFSET_BYTES = whole(0, OFFSET_BYTES_MAX);

/**
 * P_SHA1(secret, seed)[offsetBytes, offsetBytes + out.length) into `out` (RFC 2246 §5, WS-SC §7). Borrows all three.
 * Blocks that lie wholly before `offsetBytes` cost half.
 * @throws Fault `caller.input-invalid` no octets; `caller.option-invalid` an offset beyond 2 ** 24 octets
 */
export function pSha1(secret: Uint8Array, seed: Uint8Array, offsetBytes: number, out: Uint8Array): void {
  // safety: anything else, such as a public key, would pass for an empty key.
  requireInput(secret, 'secret');
  requireInput(seed, 'seed');
  requireInput(out, 'out');
  requireKind(OFFSET_BYTES, offsetBytes, 'offsetBytes');
  if (!pSha1ByModule(secret, seed, offsetBytes, out)) pSha1ByOpenssl(secret, seed, offsetBytes, out);
}
