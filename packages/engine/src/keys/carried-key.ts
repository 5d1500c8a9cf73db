/** An xenc:EncryptedKey that stands in a proven Body: key material that the sender hides for us beside what hides the Body. */
import type { Tape } from '@parley/codec';
import type { KeyWrapName, Secret } from '@parley/core';
import { Fault } from '@parley/core';
import { decryptKey, unwrapKey } from '@parley/core/internal';
import { readCertificateReference } from '../claims/certificate-reference.ts';
import { base64Octets } from '../claims/claim.ts';
import { readEncryptedKey } from '../claims/encrypted-key.ts';
import { readTokenReference } from '../claims/token-reference.ts';
import { isX509Data, readX509Data } from '../claims/x509-data.ts';
import { isMeant } from '../plan/planned-key.ts';
import type { Policy } from '../policy/policy.ts';
import type { Credentials } from './credentials.ts';

/** What such keys are decrypted with: private keys of ours, and secrets that both sides have already. Borrowed. */
export interface CarriedKeyOpening {
  readonly policy: Policy;
  readonly credentials: Pick<Credentials, 'ownKeys' | 'encryptedKeys'>;
  /** How long the secret is, which RSA 1.5 has to know. Default: as the policy has it. */
  readonly secretBytes?: number | undefined;
}

/** Under a secret that the peer has shown to have, any wrap of ours that is no 3DES will do. */
const KEY_WRAPS: readonly KeyWrapName[] = ['kw-aes128', 'kw-aes192', 'kw-aes256'];

/**
 * The secret in the EncryptedKey `element`, which names its recipient itself; the caller's, to wipe.
 *
 * @throws Fault `peer.key-usage` it is not for us; `peer.keyinfo-forbidden` named by a token of the message, or by a secret that
 *   we have not; `peer.alg-forbidden` as the policy has it; `peer.decrypt-failed`; and what reading it throws
 */
export function openCarriedKey(
  tape: Tape,
  element: number,
  { policy, credentials, secretBytes = policy.rsa15KeyBytes }: CarriedKeyOpening,
): Secret {
  const rules = policy.keyWraps.length > 0 ? policy : { ...policy, keyWraps: KEY_WRAPS };
  const { method, recipient, cipherValue } = readEncryptedKey(tape, element, rules);
  const encrypted = base64Octets(tape, cipherValue);
  if ('kind' in method) {
    const { encryptedKeySha1 } = readTokenReference(tape, recipient, policy);
    const wrapping = encryptedKeySha1 === undefined ? undefined : credentials.encryptedKeys?.get(encryptedKeySha1);
    if (wrapping === undefined) throw new Fault('peer.keyinfo-forbidden', { reason: 'an unknown encrypted key' });
    return wrapping.lend((octets) => unwrapKey(method, octets, encrypted));
  }
  const named = isX509Data(tape, recipient)
    ? readX509Data(tape, recipient, policy.limits)
    : readCertificateReference(tape, recipient, policy);
  if (named.form === 'token') throw new Fault('peer.keyinfo-forbidden', { reason: 'a token in a Body' });
  const own = credentials.ownKeys?.find(({ certificate }) => isMeant(named, certificate));
  if (own === undefined) throw new Fault('peer.key-usage', { reason: 'encrypted for somebody else' });
  return decryptKey(method, own.privateKey, encrypted, method.oaep === undefined ? secretBytes : undefined);
}
