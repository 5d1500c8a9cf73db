/** Planned keys of assertions -> the key of the holder. Only of a verified assertion: its issuer vouches for the key. */
import { PublicKey } from '@parley/core';
import type { PlannedAssertionKey, PlannedAssertionSecret, PlannedSymmetricKey } from '../plan/planned-key.ts';
import type { HolderPublicKeyClaim } from '../saml/holder-key.ts';
import { decryptedKey } from './resolve-encrypted-key.ts';
import type { AssertionPublicKey, AssertionSecretKey, SymmetricResolvedKey } from './resolved-key.ts';
import type { OpenScope } from './scope.ts';
import { verifyAssertion } from './verify-assertion.ts';

/**
 * The public key whose holder the assertion is about.
 * @throws Fault `peer.key-usage` a key that is not for this; and what verifying the assertion throws
 */
export function assertionPublicKey(
  { document, claim, key }: PlannedAssertionKey,
  scope: OpenScope,
): AssertionPublicKey {
  const { claim: assertion } = verifyAssertion(document, claim, scope);
  return { source: 'saml', publicKey: readPublicKey(key), assertion };
}

/**
 * The secret whose holder the assertion is about; `resolveWrapping` gives the one that it is wrapped with.
 * @throws Fault `peer.key-usage` it is not encrypted for us; and as {@link assertionPublicKey}
 */
export function assertionSecret(
  { document, claim, envelope, derivations }: PlannedAssertionSecret,
  scope: OpenScope,
  resolveWrapping: (wrapping: PlannedSymmetricKey) => SymmetricResolvedKey,
): AssertionSecretKey {
  const { claim: assertion } = verifyAssertion(document, claim, scope);
  const transported = decryptedKey({ envelope, keyBytes: undefined }, scope, resolveWrapping);
  const key = scope.workspace.keys.derived(transported, derivations);
  return { source: 'saml', key, assertion, transported, derivations };
}

function readPublicKey(key: HolderPublicKeyClaim): PublicKey {
  const rules = { uses: ['signature'] } as const;
  return key.form === 'certificate'
    ? key.certificate.publicKey(rules, 'peer.key-usage')
    : PublicKey.read({ format: 'jwk', jwk: key.jwk }, rules, 'peer.key-usage');
}
