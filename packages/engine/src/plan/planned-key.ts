/** Which keys references name, as far as the message says it: claims, and nothing that was looked up. */
import type { Certificate, KeyWrapAlgorithm, Version } from '@parley/core';
import type { KeyTransport } from '@parley/core/internal';
import type { CertificateName } from '../claims/certificate-name.ts';
import { isSameDerivation } from '../memory/derived-key-cache.ts';
import type { WireDerivation } from '../message/wire-derivation.ts';
import type { MessageClaims } from '../read/message.ts';
import type { AssertionClaim } from '../saml/assertion-claim.ts';
import type { HolderPublicKeyClaim } from '../saml/holder-key.ts';

/** A key of a context. */
export interface PlannedContextKey {
  readonly source: 'context';
  readonly identifier: string;
  readonly instance: string | undefined;
  /** The generation that token, reference and derivations show, if one of them does. */
  readonly version: Version | undefined;
  /** The SecurityContextToken that names the context, or -1 if the reference itself does. */
  readonly token: number;
  /** What the reference that uses the key leads to: a token of the message, or -1. */
  readonly named: number;
  readonly derivations: readonly WireDerivation[];
}

/** A key in an EncryptedKey that the message brings. */
export interface PlannedEncryptedKey {
  readonly source: 'encrypted-key';
  readonly envelope: PlannedEnvelope;
  /** How long the secret has to be, if the use says so. */
  readonly keyBytes: number | undefined;
  readonly named: number;
  readonly derivations: readonly WireDerivation[];
}

/** A key that came in an EncryptedKey of another message. */
export interface PlannedKnownKey {
  readonly source: 'known-encrypted-key';
  readonly sha1Base64: string;
  readonly named: number;
  readonly derivations: readonly WireDerivation[];
}

/** A key made of the password of a user (WSS UsernameToken profile 1.1 §4). */
export interface PlannedPasswordKey {
  readonly source: 'username';
  readonly username: string;
  readonly salt: Uint8Array;
  readonly iterations: number;
  /** How much of the 20 octets the use takes. */
  readonly lengthBytes: number;
  /** The UsernameToken. */
  readonly token: number;
  readonly named: number;
  readonly derivations: readonly WireDerivation[];
}

/** The secret of whoever a SAML assertion is about. */
export interface PlannedAssertionSecret {
  readonly source: 'saml';
  /** The document that the assertion stands in. */
  readonly document: MessageClaims;
  readonly claim: AssertionClaim;
  readonly envelope: PlannedEnvelope;
  readonly named: number;
  readonly derivations: readonly WireDerivation[];
}

/** The public key of whoever a SAML assertion is about. */
export interface PlannedAssertionKey {
  readonly source: 'saml';
  readonly document: MessageClaims;
  readonly claim: AssertionClaim;
  readonly key: HolderPublicKeyClaim;
  readonly named: number;
}

/** The public key of a certificate. */
export interface PlannedCertificateKey {
  readonly source: 'certificate';
  readonly certificate: PlannedCertificate;
  readonly named: number;
}

export type PlannedSymmetricKey =
  | PlannedContextKey
  | PlannedEncryptedKey
  | PlannedKnownKey
  | PlannedPasswordKey
  | PlannedAssertionSecret;
export type PlannedPublicKey = PlannedCertificateKey | PlannedAssertionKey;
export type PlannedKey = PlannedSymmetricKey | PlannedPublicKey;

/** Whether it is a secret: what others can be derived from. */
export function isSecret<Key extends object>(key: Key): key is Extract<Key, { readonly derivations: unknown }> {
  return 'derivations' in key;
}

/** An EncryptedKey, read. */
export interface PlannedEnvelope {
  /** All that decides which secret is in it. */
  readonly name: string;
  readonly sha1Base64: string;
  readonly cipherValue: Uint8Array;
  readonly opening: PlannedTransport | PlannedWrap;
}

/** Opened with a private key of ours. */
export interface PlannedTransport {
  readonly method: KeyTransport;
  readonly recipient: PlannedCertificate;
}

/** Opened with another secret. */
export interface PlannedWrap {
  readonly method: KeyWrapAlgorithm;
  readonly wrappingKey: PlannedSymmetricKey;
}

/** A certificate that the message brings, or names. */
export type PlannedCertificate = BroughtCertificate | CertificateName;

export interface BroughtCertificate {
  readonly form: 'token' | 'embedded' | 'key-identifier' | 'x509-data';
  readonly certificate: Certificate;
  /** What came along above it. */
  readonly others: readonly Certificate[];
}

/** Whether the identifier of an external reference looks like that of a context, and not like a place to fetch from (T22). */
export function looksLikeContext(identifier: string): boolean {
  return /^(urn|uuid):/i.test(identifier);
}

/** Whether a certificate is the one that is meant. */
export function isMeant(planned: PlannedCertificate, certificate: Certificate): boolean {
  return planned.form === 'name' ? planned.isMeant(certificate) : planned.certificate.equals(certificate);
}

/** How long the key is, where the message alone decides it. */
export function lengthBytesOf({ derivations }: PlannedSymmetricKey): number | undefined {
  return derivations.at(-1)?.lengthBytes;
}

/** Whether both can come from one secret, or be one certificate: only the keys themselves tell whether they do. */
export function mayBeOfOneOrigin(left: PlannedKey, right: PlannedKey): boolean {
  switch (left.source) {
    case 'context':
      return right.source === 'context' && left.identifier === right.identifier && mayBeEqual(left, right);
    case 'encrypted-key':
      return right.source === 'encrypted-key' && left.envelope.name === right.envelope.name;
    case 'known-encrypted-key':
      return right.source === 'known-encrypted-key' && left.sha1Base64 === right.sha1Base64;
    case 'username':
      return right.source === 'username' && left.username === right.username;
    case 'saml':
      return right.source === 'saml' && left.claim.id === right.claim.id;
    case 'certificate':
      return right.source === 'certificate' && mayBeOneCertificate(left.certificate, right.certificate);
  }
}

/** Whether both are certainly one key. */
export function isSameKey(left: PlannedKey, right: PlannedKey): boolean {
  if (!isSecret(left) || !isSecret(right)) return false;
  return (
    mayBeOfOneOrigin(left, right) &&
    isSameSecret(left, right) &&
    left.derivations.length === right.derivations.length &&
    left.derivations.every((derivation, index) => isSameDerivation(derivation, right.derivations[index]!))
  );
}

/** Whether two of one origin are certainly one secret. */
function isSameSecret(left: PlannedSymmetricKey, right: PlannedSymmetricKey): boolean {
  if (left.source === 'context') return right.source === 'context' && left.instance === right.instance;
  if (left.source !== 'username') return true;
  return right.source === 'username' && left.token === right.token && left.lengthBytes === right.lengthBytes;
}

/** Without an instance, it is the current one of the context. */
function mayBeEqual(left: PlannedContextKey, right: PlannedContextKey): boolean {
  return left.instance === undefined || right.instance === undefined || left.instance === right.instance;
}

function mayBeOneCertificate(left: PlannedCertificate, right: PlannedCertificate): boolean {
  if (left.form !== 'name') return isMeant(right, left.certificate);
  return right.form === 'name' || left.isMeant(right.certificate);
}
