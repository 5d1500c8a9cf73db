/** Which keys may be used together in one message: asked of its plan, and again of the keys that were found. */

import { Fault } from '@parley/core';
import { readSecurityContextToken } from '../claims/security-context-token.ts';
import { structureInvalid } from '../claims/shape-refusals.ts';
import type { KeySourceName } from '../message/opened-message.ts';
import type { Policy } from '../policy/policy.ts';
import { refusedBy } from '../policy/refused-by.ts';
import type { MessageClaims } from '../read/message.ts';
import type { PlannedKey } from './planned-key.ts';
import { isSecret, looksLikeContext } from './planned-key.ts';
import type { PlannedSignature } from './signatures.ts';

interface SigningUse<Key> {
  readonly isEndorsing: boolean;
  readonly key: Key;
}

interface Use<Key> {
  readonly key: Key;
}

/**
 * Checks that all keys come from one context, the one its token names (T53), or from one EncryptedKey. Beside a
 * signature with a public key, encrypted data is under a key that was encrypted for us; endorsements may be anybody's whom the
 * policy names. Where nobody signs, because the transport protects the message, there are no keys.
 *
 * @throws Fault `peer.structure-invalid`
 */
export function requireOneOrigin<Key extends { readonly source: KeySourceName }>(
  claims: MessageClaims,
  signatures: readonly SigningUse<Key>[],
  decryptions: readonly Use<Key>[],
  isOfOneOrigin: (left: Key, right: Key) => boolean,
): void {
  const first = signatures[0]?.key;
  if (first === undefined) {
    if (decryptions.length === 0) return;
    throw structureInvalid(claims.tape, claims.security.element, 'a key in a message that nobody signed');
  }
  const isDecryptionKey = ({ key }: Use<Key>): boolean =>
    isSecret(first) ? isOfOneOrigin(key, first) : isTransported(key);
  const isSigningKey = ({ isEndorsing, key }: SigningUse<Key>): boolean => isEndorsing || isOfOneOrigin(key, first);
  if (!signatures.every(isSigningKey) || !decryptions.every(isDecryptionKey)) {
    throw structureInvalid(claims.tape, claims.security.element, 'keys of two contexts');
  }
}

function isTransported({ source }: { readonly source: KeySourceName }): boolean {
  return source === 'encrypted-key' || source === 'known-encrypted-key';
}

/**
 * Checks that a SecurityContextToken is there for a signature.
 * @throws Fault `peer.structure-invalid`; `peer.ref-uri-forbidden` where a signature goes elsewhere for its key (T22)
 */
export function requireUsedToken(
  { tape, security }: MessageClaims,
  signatures: readonly PlannedSignature[],
  { allowBearerContext, limits }: Policy,
): void {
  const element = security.securityContextToken;
  const isOf = ({ key }: Use<PlannedKey>): boolean => key.source === 'context' && key.token === element;
  if (element < 0 || signatures.some(isOf)) return;
  const { identifier } = readSecurityContextToken(tape, element, limits);
  const identifiers = signatures.flatMap(({ key }) => (key.source === 'context' ? [key.identifier] : []));
  if (identifiers.includes(identifier)) return;
  if (!identifiers.every(looksLikeContext)) throw new Fault('peer.ref-uri-forbidden', { reason: 'not a context' });
  if (allowBearerContext) return;
  throw structureInvalid(
    tape,
    element,
    'a token that secures nothing',
    signatures.length === 0 ? 'allowBearerContext' : undefined,
  );
}

/**
 * Checks that a MAC key is never a decryption key (T41), where the policy asks for it.
 * @throws Fault `peer.key-usage`
 */
export function requireSeparateKeys<Key>(
  signatures: readonly Use<Key>[],
  decryptions: readonly Use<Key>[],
  isSame: (left: Key, right: Key) => boolean,
  { requireSeparateKeys: isRequired }: Policy,
): void {
  if (!isRequired) return;
  for (const { key } of decryptions) {
    if (signatures.some((signature) => isSame(signature.key, key)))
      throw refusedBy('requireSeparateKeys', 'peer.key-usage', { reason: 'one key to sign and to encrypt' });
  }
}
