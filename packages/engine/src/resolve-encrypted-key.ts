/** xenc:EncryptedKey -> the secret in it. At most once per message, however often it is named (T45). */
import type { Secret } from '@parley/core';
import { decryptKey, digestAlgorithm, digestBase64, encodeBase64, Fault, unwrapKey } from '@parley/core';
import type { OpenScope } from './open-scope.ts';
import { requirePlace } from './place.ts';
import { isX509Data, readCertificateReference, readX509Data } from './read/certificate-reference.ts';
import { base64Octets } from './read/claim.ts';
import type { EncryptedKeyClaim } from './read/encrypted-key.ts';
import { readEncryptedKey } from './read/encrypted-key.ts';
import type { MessageClaims } from './read/message.ts';
import { ownKeyNamed } from './resolve-certificate.ts';
import type { SymmetricResolvedKey } from './resolved-key.ts';
import type { TransportedKey } from './transported-keys.ts';

/** What {@link resolveEncryptedKey} needs of the rest: the key that a reference names, where a key wraps the key. */
export type ResolveSymmetric = (
  claims: MessageClaims,
  element: number,
  user: number,
  scope: OpenScope,
) => SymmetricResolvedKey;

const SHA1 = digestAlgorithm('sha1');
// RSA 1.5 has to know the length. Where no cipher says it, it is that of Basic256, which is what peers send.
const UNSTATED_KEY_BYTES = 32;

/**
 * The secret of the EncryptedKey `element`, which `user` uses. `keyBytes` is how long it has to be, if the use says so.
 *
 * @throws Fault `peer.structure-invalid`, `peer.alg-forbidden`, `peer.keyinfo-forbidden`; `peer.key-usage` it is not for us;
 *   `peer.decrypt-failed`; and what reading and resolving throw.
 */
export function resolveEncryptedKey(
  claims: MessageClaims,
  element: number,
  user: number,
  scope: OpenScope,
  keyBytes: number | undefined,
  resolveSymmetric: ResolveSymmetric,
): TransportedKey {
  requirePlace(claims, element, user, claims.security.encryptedKeys.includes(element), scope.policy);
  const claim = readEncryptedKey(claims.tape, element, scope.policy);
  const cipherValue = base64Octets(claims.tape, claim.cipherValue);
  const sha1Base64 = digestBase64(SHA1, cipherValue);
  // The same cipher value decrypted in another way is another key.
  return scope.transported.get(`${sha1Base64} ${nameOf(claim)}`, () => ({
    sha1Base64,
    secret: decryptSecret(claims, claim, cipherValue, scope, keyBytes, resolveSymmetric),
    isNew: true,
  }));
}

/**
 * The secret that our credentials have by this name.
 * @throws Fault `peer.keyinfo-forbidden` there is none
 */
export function knownEncryptedKey(sha1Base64: string, scope: OpenScope): TransportedKey {
  const secret = scope.credentials.encryptedKeys?.get(sha1Base64);
  if (secret === undefined) throw new Fault('peer.keyinfo-forbidden', { reason: 'an unknown encrypted key' });
  return scope.transported.get(sha1Base64, () => ({ sha1Base64, secret, isNew: false }));
}

function decryptSecret(
  claims: MessageClaims,
  { method, recipient, element }: EncryptedKeyClaim,
  cipherValue: Uint8Array,
  scope: OpenScope,
  keyBytes: number | undefined,
  resolveSymmetric: ResolveSymmetric,
): Secret {
  if ('kind' in method) {
    const { key } = resolveSymmetric(claims, recipient, element, scope);
    return key.secret.lend((wrappingKey) => unwrapKey(method, wrappingKey, cipherValue));
  }
  const { tape } = claims;
  const reference = isX509Data(tape, recipient)
    ? readX509Data(tape, recipient)
    : readCertificateReference(tape, recipient, scope.policy.limits);
  const { privateKey } = ownKeyNamed(claims, reference, element, scope);
  const expectedBytes = method.oaep === undefined ? (keyBytes ?? UNSTATED_KEY_BYTES) : undefined;
  return decryptKey(method, privateKey, cipherValue, expectedBytes);
}

function nameOf({ method }: EncryptedKeyClaim): string {
  if ('kind' in method) return method.name;
  const { algorithm, oaep } = method;
  const label = oaep === undefined ? '' : encodeBase64(oaep.label);
  return [algorithm.name, oaep?.hash, oaep?.maskHash, label].join(' ');
}
