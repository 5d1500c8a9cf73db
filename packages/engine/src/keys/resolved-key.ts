/** Keys that references were resolved to, and the public account of them. */
import type { Certificate, KeyInstance, PublicKey, SecurityContext, Version } from '@parley/core';
import { encodeBase64 } from '@parley/core/internal';
import type { SymmetricKey } from '../memory/derived-key-cache.ts';
import type { Derivation, EncryptedKeyUse, KeySourceName, KeyUse, SymmetricKeyUse } from '../message/opened-message.ts';
import type { WireDerivation } from '../message/wire-derivation.ts';
import { isSecret } from '../plan/planned-key.ts';
import type { AssertionClaim } from '../saml/assertion-claim.ts';
import type { PasswordKey } from './password-keys.ts';
import type { TransportedKey } from './transported-keys.ts';

/** A key of a context. */
export interface ContextKey {
  readonly source: 'context';
  readonly key: SymmetricKey;
  readonly context: SecurityContext;
  readonly instance: KeyInstance;
  readonly version: Version;
  readonly derivations: readonly WireDerivation[];
}

/** A key from an EncryptedKey, of this message or of an earlier one. Whoever knows our certificate can make one. */
export interface EncryptedKeyKey {
  readonly source: 'encrypted-key';
  readonly key: SymmetricKey;
  readonly transported: TransportedKey;
  readonly derivations: readonly WireDerivation[];
}

/** A key made of the password of a user. */
export interface UsernameKey {
  readonly source: 'username';
  readonly key: SymmetricKey;
  readonly passwordKey: PasswordKey;
  readonly derivations: readonly WireDerivation[];
  /** The UsernameToken. */
  readonly token: number;
}

/** The public key of a certificate that leads to one of our anchors. */
export interface CertificateKey {
  readonly source: 'certificate';
  readonly publicKey: PublicKey;
  readonly certificate: Certificate;
  /** From the certificate to the anchor. */
  readonly chain: readonly Certificate[];
  /** Base64 SHA-1 of the certificate. */
  readonly thumbprint: string;
}

/** The secret of whoever an assertion is about. */
export interface AssertionSecretKey {
  readonly source: 'saml';
  readonly key: SymmetricKey;
  readonly assertion: AssertionClaim;
  readonly transported: TransportedKey;
  readonly derivations: readonly WireDerivation[];
}

/** The public key of whoever an assertion is about. */
export interface AssertionPublicKey {
  readonly source: 'saml';
  readonly publicKey: PublicKey;
  readonly assertion: AssertionClaim;
}

export type SymmetricResolvedKey = ContextKey | EncryptedKeyKey | UsernameKey | AssertionSecretKey;

export type PublicResolvedKey = CertificateKey | AssertionPublicKey;

/** What a signature was made with. */
export type ResolvedKey = SymmetricResolvedKey | PublicResolvedKey;

/** Whether both come from one secret, however derived. */
export function isOfOneOrigin(left: ResolvedKey, right: ResolvedKey): boolean {
  if (left === right) return true;
  switch (left.source) {
    case 'context':
      return (
        right.source === 'context' &&
        left.context.identifier === right.context.identifier &&
        left.instance.instance === right.instance.instance
      );
    case 'encrypted-key':
      return right.source === 'encrypted-key' && left.transported === right.transported;
    case 'username':
      return right.source === 'username' && left.passwordKey.username === right.passwordKey.username;
    case 'certificate':
      return right.source === 'certificate' && left.certificate.equals(right.certificate);
    // Before and after decryption, an assertion has one id and two claims.
    case 'saml':
      return right.source === 'saml' && left.assertion.id === right.assertion.id;
  }
}

/** Whether both are one secret in one use: a key pair never is. */
export function isSameSecret(left: ResolvedKey, right: ResolvedKey): boolean {
  return isSecret(left) && isSecret(right) && left.key === right.key;
}

/** What a policy calls the source of a key that was transported. */
export function sourceOf(resolved: EncryptedKeyKey): EncryptedKeyUse['source'];
/** What a policy calls the source of any key. */
export function sourceOf(resolved: ResolvedKey): KeySourceName;
export function sourceOf(resolved: ResolvedKey): KeySourceName {
  return resolved.source === 'encrypted-key' && !resolved.transported.isNew ? 'known-encrypted-key' : resolved.source;
}

/** The public account of where a secret came from. */
export function symmetricKeyUseOf(resolved: SymmetricResolvedKey): SymmetricKeyUse {
  const derivation = resolved.derivations.map(derivationOf);
  switch (resolved.source) {
    case 'context': {
      const { context, instance } = resolved;
      return { source: 'context', identifier: context.identifier, instance: instance.instance, derivation };
    }
    case 'encrypted-key':
      return { source: sourceOf(resolved), sha1Base64: resolved.transported.sha1Base64, derivation };
    case 'username':
      return { source: 'username', username: resolved.passwordKey.username, derivation };
    case 'saml':
      return { source: 'saml', assertionId: resolved.assertion.id, derivation };
  }
}

/** The same for any key. */
export function keyUseOf(resolved: ResolvedKey): KeyUse {
  if (isSecret(resolved)) return symmetricKeyUseOf(resolved);
  if (resolved.source === 'saml') return { source: 'saml', assertionId: resolved.assertion.id, derivation: [] };
  return {
    source: 'certificate',
    subject: resolved.certificate.subject.toString(),
    thumbprint: resolved.thumbprint,
    chain: resolved.chain.map(({ der }) => der),
  };
}

/** The public account of one derivation. */
export function derivationOf(derivation: WireDerivation): Derivation {
  return {
    label: derivation.label,
    nonceBase64: encodeBase64(derivation.nonce),
    offsetBytes: derivation.offsetBytes,
    lengthBytes: derivation.lengthBytes,
    implied: derivation.implied,
  };
}
