/**
 * What an endpoint demands of a message and allows in it. The default is strict; a looser one is a named profile,
 * spelt out, so that a reader of the configuration sees what is given up.
 */

import type { CanonicalisationName, Reader } from '@parley/codec';
import { READERS } from '@parley/codec';
import type {
  CipherName,
  ConfirmationName,
  HashName,
  KeyTransportName,
  KeyWrapName,
  Limits,
  MacAlgorithm,
} from '@parley/core';
import { Fault } from '@parley/core';
import { completeLimits, SIGNATURE_ALGORITHMS } from '@parley/core/internal';
import type { AddressingName } from '../message/addressing-names.ts';
import type { HeaderName } from '../message/header-name.ts';
import type { KeySourceName } from '../message/opened-message.ts';
import type { PasswordType } from '../message/password-type.ts';
import type { Layout } from './layout.ts';
import { LAYOUTS } from './layout.ts';

export interface Policy {
  /** Of the profile it was made from: for logs and reports. */
  readonly name: string;
  readonly limits: Limits;
  /** Who reads the message, and so in which encodings it may be. Parts that were decrypted are read the same way. */
  readonly reader: Reader;
  /** How far clocks may differ. */
  readonly clockSkewMs: number;
  /** Oldest `Created` that is still fresh, apart from skew. */
  readonly timestampAgeMaxMs: number;

  /** Parts that must be there and signed. */
  readonly requireSignedBody: boolean;
  readonly requireTimestamp: boolean;
  /** Every wsa header that is there must be signed. */
  readonly requireSignedAddressing: boolean;
  /**
   * Headers that must be there, and signed; wsa headers by local name. Without a MessageID, a replay is known by the
   * signature itself.
   */
  readonly requiredHeaders: readonly (AddressingName | HeaderName)[];
  /** Header blocks that must be signed where they are (sp:SignedParts). */
  readonly signedHeaders: readonly HeaderName[];
  /** All of the content of Body. */
  readonly requireEncryptedBody: boolean;
  /** Header blocks that must have come encrypted where they are (sp:EncryptedParts). */
  readonly encryptedHeaders: readonly HeaderName[];
  /** Decrypt only what a signature covers (before or after decryption). */
  readonly requireSignedEncryption: boolean;

  /** A response says which signatures of the request it answers (WSS 1.1 §8.5); `open` is told what was sent. */
  readonly requireSignatureConfirmation: boolean;

  /** The actor or role whose Security header is read; without one, that of the last receiver. */
  readonly role: string | undefined;
  /** The Security header says that it must be understood. */
  readonly requireMustUnderstand: boolean;
  readonly layout: Layout;
  readonly allowComments: boolean;
  /**
   * Ids of any kind are unique in the message, also those of the application's elements that no signature can mean
   * (`id`, `ID`, `xml:id`). Turn it off for payloads that number their rows so; what is signed is as sure as before.
   */
  readonly requireUniqueForeignIds: boolean;
  /**
   * Exclusive C14N alone by default. Inclusive forms change with the place of the element, and a comment that is signed
   * is one that somebody takes for content: allow them only for a peer that cannot do otherwise.
   */
  readonly canonicalisations: readonly CanonicalisationName[];
  /** STR-Transform: the signature may cover the token of its own key, wherever that is. */
  readonly allowTokenTransform: boolean;
  readonly digests: readonly HashName[];
  readonly macs: readonly MacAlgorithm['name'][];
  readonly ciphers: readonly CipherName[];

  /**
   * What the keys may come from that sign what must be signed. An `encrypted-key` that a message brings proves nothing
   * about its sender: something else has to, such as an endorsement. If empty, nothing is signed: the transport protects
   * the message, and a user must be proven.
   */
  readonly signedBy: readonly KeySourceName[];
  /** If not empty: a signature over that one must be there, and its key come from one of these. */
  readonly endorsedBy: readonly KeySourceName[];
  /**
   * How a UsernameToken may prove its user's password. If empty, such tokens are carried like others, and nobody is
   * believed for one. A key made of a password is taken by {@link signedBy} or {@link endorsedBy} (`username`).
   */
  readonly passwordTypes: readonly PasswordType[];
  /** Somebody must have proven a password. */
  readonly requireUser: boolean;
  /** The signature covers the token that proves it. Without, the transport has to keep it from being taken and moved. */
  readonly requireSignedUser: boolean;
  /** Signatures with public keys, by short name. */
  readonly signatures: readonly string[];
  /** How a key may be encrypted for us. RSA 1.5 also needs a private key that was read for it. */
  readonly keyTransports: readonly KeyTransportName[];
  /**
   * How long a key is that came by RSA 1.5, where no cipher tells it because keys are derived from it: as long as the
   * encryption key of the suite. 32 by default.
   */
  readonly rsa15KeyBytes: number;
  /** How a key may be encrypted with a key. */
  readonly keyWraps: readonly KeyWrapName[];
  /** A key that signs must not be one that encrypts; one EncryptedKey without derived keys is both. */
  readonly requireSeparateKeys: boolean;

  /** How a SAML assertion may be confirmed. Where there is no way, one in the Security header is refused. */
  readonly confirmations: readonly ConfirmationName[];
  /** An assertion must be there. All that are there are verified, asked for or not. */
  readonly requireAssertion: boolean;
  /** A bearer assertion must be covered by a signature of the message; one whose key signs is bound to it anyway. */
  readonly requireSignedAssertion: boolean;
  /** Who we are to issuers of assertions. With some, each assertion must be for one of them; with none, for nobody special. */
  readonly audiences: readonly string[];

  /** WS-Addressing addresses that ReplyTo and FaultTo may name besides the anonymous and none URIs. */
  readonly replyAddresses: readonly string[];
  /** The signed wsa:To must be this, when given. */
  readonly endpointAddress: string | undefined;
}

const STRICT: Omit<Policy, 'limits'> = {
  name: 'strict',
  reader: 'scan',
  clockSkewMs: 300_000,
  timestampAgeMaxMs: 300_000,
  requireSignedBody: true,
  requireTimestamp: true,
  requireSignedAddressing: true,
  requiredHeaders: ['Action'],
  signedHeaders: [],
  requireEncryptedBody: false,
  encryptedHeaders: [],
  requireSignedEncryption: true,
  requireSignatureConfirmation: false,
  role: undefined,
  requireMustUnderstand: false,
  layout: 'strict',
  allowComments: false,
  requireUniqueForeignIds: true,
  canonicalisations: ['exclusive'],
  allowTokenTransform: false,
  digests: ['sha1', 'sha256', 'sha384', 'sha512'],
  macs: ['hmac-sha1', 'hmac-sha256', 'hmac-sha384', 'hmac-sha512'],
  ciphers: ['aes128-cbc', 'aes192-cbc', 'aes256-cbc', 'aes128-gcm', 'aes192-gcm', 'aes256-gcm'],
  signedBy: ['context'],
  endorsedBy: [],
  passwordTypes: [],
  requireUser: false,
  requireSignedUser: true,
  signatures: [],
  keyTransports: [],
  rsa15KeyBytes: 32,
  keyWraps: [],
  requireSeparateKeys: true,
  confirmations: [],
  requireAssertion: false,
  requireSignedAssertion: true,
  audiences: [],
  replyAddresses: [],
  endpointAddress: undefined,
};

/** Everything but SHA-1. */
const SIGNATURES = SIGNATURE_ALGORITHMS.filter(({ hash }) => hash !== 'sha1').map(({ name }) => name);

// What the algorithm suites of the Java stacks and of WCF come to. CXF alone has GCM.
const SUITE_ALGORITHMS = {
  digests: ['sha1', 'sha256'],
  macs: ['hmac-sha1', 'hmac-sha256'],
  ciphers: ['aes128-cbc', 'aes192-cbc', 'aes256-cbc'],
} as const satisfies Partial<Policy>;

// spec: WS-SecurityPolicy §6.7, a policy that names no layout means Lax; and an endpoint may do without WS-Addressing.
const JAVA: Partial<Policy> = { ...SUITE_ALGORITHMS, requiredHeaders: [], layout: 'lax' };

// Each profile is what its peer gives up, and no more; what the peer never writes is refused.
const PROFILES: Readonly<Record<ProfileName, Partial<Policy>>> = {
  strict: {},
  cxf: { ...JAVA, ciphers: STRICT.ciphers },
  // interop: WCF signs Body, every wsa header and the Timestamp. Its Cancel is not encrypted, so no message need be.
  'wcf-message': SUITE_ALGORITHMS,
  // interop: WCF mixed mode signs only the Timestamp and leaves the rest to TLS.
  'wcf-mixed': { requireSignedBody: false, requireSignedAddressing: false, requiredHeaders: [] },
  websphere: JAVA,
  metro: JAVA,
  // interop: Rampart's published sample signs the Timestamp alone and encrypts the Body with CBC, unsigned.
  'timestamp-only': {
    requireSignedBody: false,
    requireSignedAddressing: false,
    requiredHeaders: [],
    requireSignedEncryption: false,
  },
  // Peers without WS-Addressing: Body and Timestamp are signed, headers are only when present in the signature.
  'body-only': { requireSignedAddressing: false, requiredHeaders: [] },
};

const BOOTSTRAP_PROFILES: Readonly<Record<BootstrapProfileName, Partial<Policy>>> = {
  // Both sides have a certificate: WS-SecurityPolicy's AsymmetricBinding.
  x509: { signedBy: ['certificate'], signatures: SIGNATURES, keyTransports: ['rsa-oaep-mgf1p', 'rsa-oaep'] },
  // One side has, and the other makes a key for it: SymmetricBinding, which uses that key for everything.
  'symmetric-x509': {
    signedBy: ['encrypted-key'],
    keyTransports: ['rsa-oaep-mgf1p', 'rsa-oaep'],
    requireSeparateKeys: false,
  },
  // Both sides know a password, and sign with a key made of it.
  username: { signedBy: ['username'], requireUser: true },
  // WS-SecurityPolicy's TransportBinding: TLS protects the message, and a UsernameToken says who sent it.
  'username-transport': {
    signedBy: [],
    passwordTypes: ['text', 'digest'],
    requireUser: true,
    requireSignedUser: false,
    requireSignedBody: false,
    requireSignedAddressing: false,
    requiredHeaders: [],
  },
  // A SAML assertion names the key of its holder, which signs: a private key, or a secret that its issuer encrypted for us.
  saml: {
    signedBy: ['saml'],
    confirmations: ['holder-of-key'],
    requireAssertion: true,
    signatures: SIGNATURES,
    keyTransports: ['rsa-oaep-mgf1p', 'rsa-oaep'],
    allowTokenTransform: true,
  },
  // The answer to such a message: the key is known from it, and a new one would be anybody's.
  'symmetric-x509-reply': { signedBy: ['known-encrypted-key'], requireSeparateKeys: false },
};

/** The profiles of messages within a context. */
export type ProfileName =
  | 'strict'
  | 'cxf'
  | 'wcf-message'
  | 'wcf-mixed'
  | 'websphere'
  | 'metro'
  | 'timestamp-only'
  | 'body-only';
export const PROFILE_NAMES: readonly ProfileName[] = Object.keys(PROFILES) as ProfileName[];

/** The profiles of messages that establish one. */
export type BootstrapProfileName =
  | 'x509'
  | 'symmetric-x509'
  | 'symmetric-x509-reply'
  | 'saml'
  | 'username'
  | 'username-transport';
export const BOOTSTRAP_PROFILE_NAMES: readonly BootstrapProfileName[] = Object.keys(
  BOOTSTRAP_PROFILES,
) as BootstrapProfileName[];

const ALL_PROFILES: Readonly<Record<string, Partial<Policy>>> = { ...PROFILES, ...BOOTSTRAP_PROFILES };

/** Changes to a profile; `limits` may be partial. */
export type PolicyChanges = Partial<Omit<Policy, 'limits'>> & { readonly limits?: Partial<Limits> };

/**
 * The policy called `profile`, with `changes` over it; frozen.
 * @throws Fault `caller.option-invalid` for an unknown profile, reader or layout, a limit that is not a whole number, or
 *   messages that neither a key nor a user proves.
 */
export function policyOf(profile: string = 'strict', changes: PolicyChanges = {}): Policy {
  if (!Object.hasOwn(ALL_PROFILES, profile))
    throw new Fault('caller.option-invalid', { option: 'profile', value: profile.slice(0, 64) });
  const { limits, ...rest } = changes;
  const base = { ...STRICT, name: profile, ...ALL_PROFILES[profile] };
  const policy = Object.freeze({ ...base, ...rest, limits: completeLimits(limits) });
  if (!READERS.includes(policy.reader)) throw new Fault('caller.option-invalid', { option: 'reader' });
  if (!LAYOUTS.includes(policy.layout)) throw new Fault('caller.option-invalid', { option: 'layout' });
  // safety: of what nobody signs, somebody has to be known.
  if (policy.signedBy.length === 0 && !policy.requireUser)
    throw new Fault('caller.option-invalid', { option: 'signedBy' });
  return policy;
}
