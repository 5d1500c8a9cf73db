import { requireInput } from '../base/input.ts';
import { Secret } from '../base/secret.ts';
import { pSha1 } from './p-sha1.ts';

/**
 * The key of `CK/PSHA1` (WS-Trust §4.4.4): P_SHA1(requester entropy, issuer entropy), `lengthBytes` octets. Borrows
 * the entropies; the secret is the caller's.
 * @throws Fault `caller.input-invalid` no octets; `caller.option-invalid` no length
 */
export function computeKey(requesterEntropy: Uint8Array, issuerEntropy: Uint8Array, lengthBytes: number): Secret {
  requireInput(requesterEntropy, 'requesterEntropy');
  requireInput(issuerEntropy, 'issuerEntropy');
  return Secret.filledBy(lengthBytes, (out) => pSha1(requesterEntropy, issuerEntropy, 0, out));
}
