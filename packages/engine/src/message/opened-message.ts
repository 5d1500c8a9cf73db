/** What `open` answers: the proof, and nothing but the proof. Unsigned parts are not in it. */
import type { CipherName, ConfirmationName, HashName, SamlVersion, Version } from '@parley/core';
import { isObject } from '@parley/core/internal';
import type { PasswordType } from './password-type.ts';
import type { ReplayEntry } from './replay-memory.ts';

/** Whose key it was, and how it came about. */
export type KeyUse = SymmetricKeyUse | CertificateKeyUse;

/** A secret. */
export type SymmetricKeyUse = ContextKeyUse | EncryptedKeyUse | UsernameKeyUse | AssertionKeyUse;

/** What a key can come from. */
export type KeySourceName = KeyUse['source'];

/** A key of a security context. */
export interface ContextKeyUse {
  readonly source: 'context';
  readonly identifier: string;
  readonly instance: string | undefined;
  /** Innermost last; empty when the context's secret itself was used. */
  readonly derivation: readonly Derivation[];
}

/**
 * A key that was encrypted for one side: one that this message brings, which proves nothing about who made it, or one that
 * our credentials have, because we made it or were sent it before.
 */
export interface EncryptedKeyUse {
  readonly source: 'encrypted-key' | 'known-encrypted-key';
  /** SHA-1 of its cipher value. */
  readonly sha1Base64: string;
  /** As in {@link ContextKeyUse}. */
  readonly derivation: readonly Derivation[];
}

/** A key made of the password of a user (wsse:UsernameToken with wsse11:Salt). */
export interface UsernameKeyUse {
  readonly source: 'username';
  readonly username: string;
  /** As in {@link ContextKeyUse}. */
  readonly derivation: readonly Derivation[];
}

/** A key that a SAML assertion of the message names as its holder's: a private key, or a secret that was encrypted for us. */
export interface AssertionKeyUse {
  readonly source: 'saml';
  /** Of the assertion among {@link OpenedMessage.assertions}. */
  readonly assertionId: string;
  /** As in {@link ContextKeyUse}; empty for a private key. */
  readonly derivation: readonly Derivation[];
}

/** The private key of a certificate that our anchors vouch for. */
export interface CertificateKeyUse {
  readonly source: 'certificate';
  /** RFC 4514 text. */
  readonly subject: string;
  /** Base64 SHA-1 of the certificate. */
  readonly thumbprint: string;
  /** DER, from the certificate to the anchor; not to be changed. */
  readonly chain: readonly Uint8Array[];
}

export interface Derivation {
  readonly label: string | undefined;
  readonly nonceBase64: string;
  readonly offsetBytes: number;
  readonly lengthBytes: number;
  /** Implied by attributes on the STR rather than a DerivedKeyToken. */
  readonly implied: boolean;
}

/** Whom an assertion is about. Texts are as the assertion has them, white space included. */
export interface AssertionSubject {
  /** NameID, or NameIdentifier of SAML 1.1. */
  readonly name: string;
  readonly format: string | undefined;
  readonly nameQualifier: string | undefined;
}

/** What an assertion says about its subject. */
export interface AssertionAttribute {
  readonly name: string;
  /** NameFormat, or AttributeNamespace of SAML 1.1. */
  readonly namespace: string | undefined;
  /** `undefined` for a value that is no plain text: it is in the octets of the assertion. */
  readonly values: readonly (string | undefined)[];
}

/**
 * A SAML assertion whose issuer we believe, and which the message confirms. Everything here was read from the very element
 * that the issuer's signature covers.
 */
export interface OpenedAssertion {
  readonly version: SamlVersion;
  /** A bearer assertion, and one that is `useOnce`, is to be remembered by issuer and id until `notOnOrAfterMs`. */
  readonly id: string;
  readonly issuer: string;
  /** `undefined` for an assertion that has attributes only. */
  readonly subject: AssertionSubject | undefined;
  readonly confirmation: ConfirmationName;
  readonly issuedAtMs: number;
  /** The first end of those that it states. */
  readonly notOnOrAfterMs: number;
  /** OneTimeUse, or DoNotCacheCondition of SAML 1.1. */
  readonly useOnce: boolean;
  readonly attributes: readonly AssertionAttribute[];
  /** Base64 SHA-1 of the certificate that it was signed with. */
  readonly issuerThumbprint: string;
  /** The canonical octets that the issuer signed: the assertion without its Signature. The caller's, as `body` is. */
  readonly bytes: Uint8Array;
}

/** Where a signed or encrypted element stands. */
export type PartRole = 'body' | 'payload' | 'header' | 'timestamp' | 'token' | 'confirmation' | 'signature';

/** An element that a verified signature covers. */
export interface SignedPart {
  readonly role: PartRole;
  readonly namespace: string;
  readonly localName: string;
  /**
   * The canonical octets that were digested, a view of {@link OpenedMessage.verified}: what you verify is what you
   * get. If this part was encrypted before it was signed, it shows the ciphertext; the plaintext is in `body`.
   */
  readonly bytes: Uint8Array;
  readonly digest: HashName;
  /** Short name of the signature's algorithm: `hmac-sha256`, `rsa-sha256`. */
  readonly algorithm: string;
  readonly key: KeyUse;
}

/** Something that arrived encrypted. */
export interface EncryptedPart {
  readonly role: PartRole;
  /** Of the element whose content was encrypted, or of the element that was. */
  readonly namespace: string;
  readonly localName: string;
  readonly target: 'content' | 'element';
  readonly cipher: CipherName;
  readonly key: SymmetricKeyUse;
}

/** A user whose password was proven. */
export interface AuthenticatedUser {
  readonly username: string;
  /** By the password itself, by a digest of it, or by a key made of it, which signed. */
  readonly by: PasswordType | 'key';
  /** Whether the signature of the message covers the UsernameToken. If not, the transport has to answer for it. */
  readonly signed: boolean;
  /** What may be seen once of the token, whoever sends it; `undefined` if it has not both a nonce and a time. */
  readonly nonce: ReplayEntry | undefined;
}

/** A context as a SecurityContextToken names it. */
export type NamedContext = Pick<BearerContext, 'identifier' | 'instance' | 'version'>;

/** A context that a message names, and does not prove to be in. */
export interface BearerContext {
  readonly identifier: string;
  readonly instance: string | undefined;
  readonly version: Version;
  readonly principal: string | undefined;
}

/** A mandatory header that the policy says the application understands. */
export interface UnderstoodHeader {
  readonly namespace: string;
  readonly localName: string;
  /** Whether a signature of the message covers it. If so, its octets are among {@link OpenedMessage.signed}. */
  readonly signed: boolean;
}

/** What the wsa headers of a message say. */
export interface AddressingClaims {
  readonly action: string | undefined;
  readonly messageId: string | undefined;
  readonly relatesTo: string | undefined;
  readonly to: string | undefined;
}

export interface OpenedMessage {
  readonly soapVersion: '1.1' | '1.2';
  /** Of the context whose key signed; `undefined`, as the next three, if none did: {@link signed} says who then. */
  readonly identifier: string | undefined;
  readonly instance: string | undefined;
  readonly version: Version | undefined;
  readonly principal: string | undefined;
  /** A context that the message names in clear, and that proves nothing ({@link Policy.allowBearerContext}). */
  readonly bearerContext: BearerContext | undefined;
  /** Who proved a password, where the policy asks for it ({@link Policy.passwordTypes}) or takes such keys. */
  readonly user: AuthenticatedUser | undefined;
  /** WS-Addressing values; `undefined` unless present and signed, or left to the transport ({@link Policy.trustTransport}). */
  readonly action: string | undefined;
  readonly messageId: string | undefined;
  readonly relatesTo: string | undefined;
  readonly to: string | undefined;
  /**
   * What the same headers say, signed or not, where the policy takes unsigned ones and the transport does not answer for
   * them: anybody on the way may have written it. `undefined` otherwise.
   */
  readonly claimedAddressing: AddressingClaims | undefined;
  /** Mandatory headers that we know nothing of, and the application must act on ({@link Policy.understoodHeaders}). */
  readonly understoodHeaders: readonly UnderstoodHeader[];
  readonly createdAtMs: number | undefined;
  readonly expiresAtMs: number | undefined;
  readonly signed: readonly SignedPart[];
  readonly encrypted: readonly EncryptedPart[];
  /** All that the Security header has, in its order. */
  readonly assertions: readonly OpenedAssertion[];
  /** SignatureValue of each signature, base64 without white space: what a response may have to confirm. */
  readonly signatureValues: readonly string[];
  /** Whether the message confirms the signatures that `open` was told were sent. */
  readonly signatureConfirmed: boolean;
  /**
   * Canonical octets of soap:Body after decryption. Signed, unless the policy gives that up (`requireSignedBody`): then only
   * if {@link signed} has a part of this role.
   */
  readonly body: Uint8Array;
  /** All canonical octets that were digested, one part after the other. Owned by whoever holds the message. */
  readonly verified: Uint8Array;
  /**
   * What may be seen once only within this context: the MessageID if signed, else the SignatureValue, with the MessageID if
   * the transport answers for that. Without a context,
   * once at all: whose key it was, and a digest of what it signed; or, if nobody signed, the user and the MessageID. Empty if
   * nothing proves who sent it: then it is for the transport to keep it from coming twice.
   * {@link OpenRequest.replays} sees to it. Without that, whoever keeps the replay cache inserts {@link replayEntries} if
   * they are absent, or refuses with `peer.replay`.
   */
  readonly replayKey: string;
  /** From here on a replay is refused by its Timestamp, so the cache may forget. */
  readonly replayUntilMs: number;
}

/** A message that a context secured. */
export interface ContextMessage extends OpenedMessage {
  readonly identifier: string;
  readonly version: Version;
}

/** Whether a context secured `message`: always, where the policy takes no other keys. */
export function isContextMessage(message: OpenedMessage): message is ContextMessage {
  return isObject(message) && message.identifier !== undefined;
}
