/** xenc:EncryptedKey -> the secret in it. At most once per message, however often it is named (T45). */

import { Fault, Secret } from '@parley/core';
import type { Kind } from '@parley/core/internal';
import { called, decryptKey, instanceOf, optional, unwrapKey } from '@parley/core/internal';
import type { PlannedEncryptedKey, PlannedKnownKey, PlannedSymmetricKey } from '../plan/planned-key.ts';
import { ownKeyNamed } from './resolve-certificate.ts';
import type { SymmetricResolvedKey } from './resolved-key.ts';
import type { OpenScope } from './scope.ts';
import type { TransportedKey } from './transported-keys.ts';

/**
 * The secret that an EncryptedKey of the message holds; `resolveWrapping` gives the one that it is wrapped with.
 * @throws Fault `peer.key-usage` it is not for us; `peer.decrypt-failed`; and what resolving throws
 */
export function decryptedKey(
  planned: Pick<PlannedEncryptedKey, 'envelope' | 'keyBytes'>,
  scope: OpenScope,
  resolveWrapping: (wrapping: PlannedSymmetricKey) => SymmetricResolvedKey,
): TransportedKey {
  const { name, sha1Base64 } = planned.envelope;
  return scope.transported.get(name, () => ({
    sha1Base64,
    secret: decryptSecret(planned, scope, resolveWrapping),
    isNew: true,
  }));
}

const FOUND: Kind<Secret | undefined> = optional(instanceOf(Secret));

/**
 * The secret that our credentials have by this name.
 * @throws Fault `peer.keyinfo-forbidden` there is none
 */
export function knownEncryptedKey({ sha1Base64 }: PlannedKnownKey, scope: OpenScope): TransportedKey {
  const secret = called('encryptedKeys.get', FOUND, () => scope.credentials.encryptedKeys?.get(sha1Base64));
  if (secret === undefined) throw new Fault('peer.keyinfo-forbidden', { reason: 'an unknown encrypted key' });
  return scope.transported.known(sha1Base64, secret);
}

function decryptSecret(
  { envelope: { cipherValue, opening }, keyBytes }: Pick<PlannedEncryptedKey, 'envelope' | 'keyBytes'>,
  scope: OpenScope,
  resolveWrapping: (wrapping: PlannedSymmetricKey) => SymmetricResolvedKey,
): Secret {
  if ('wrappingKey' in opening) {
    const { key } = resolveWrapping(opening.wrappingKey);
    return key.secret.lend((wrappingKey) => unwrapKey(opening.method, wrappingKey, cipherValue));
  }
  const { privateKey } = ownKeyNamed(opening.recipient, scope);
  // RSA 1.5 has to know the length.
  const expectedBytes = opening.method.oaep === undefined ? (keyBytes ?? scope.policy.rsa15KeyBytes) : undefined;
  return decryptKey(opening.method, privateKey, cipherValue, expectedBytes);
}
