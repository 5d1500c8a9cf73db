/** What bootstraps are opened and made with: keys of our own, and whom we believe. A context needs none of it. */
import type { Certificate, PrivateKey, Secret, Trust } from '@parley/core';

/** A private key and the certificate by which messages name it. */
export interface OwnKey {
  readonly certificate: Certificate;
  readonly privateKey: PrivateKey;
}

/** Secrets of EncryptedKeys by the base64 SHA-1 of their cipher value; a Map is one. */
export interface KnownEncryptedKeys {
  get(sha1Base64: string): Secret | undefined;
}

/** Passwords of users, as UTF-8 octets (or what both sides use in their place); a Map is one. The secrets stay its own. */
export interface KnownPasswords {
  get(username: string): Secret | undefined;
}

/** What a UsernameToken claims. Never print or keep it. */
export type PasswordAttempt =
  | { readonly kind: 'text'; readonly username: string; readonly password: Secret }
  | {
      readonly kind: 'digest';
      readonly username: string;
      readonly nonce: Uint8Array;
      /** As written, which is what was digested. */
      readonly created: string;
      readonly createdAtMs: number;
      readonly digest: Uint8Array;
    };

/** An issuer of SAML assertions that we believe. */
export interface AssertionIssuer {
  /** Issuer of its assertions, exactly as they spell it. */
  readonly name: string;
  /** Judges the certificates that its assertions are signed with, and has those that they only name. Never those of others. */
  readonly trust: Trust;
}

/** Everything is optional, and what needs it is refused where it is missing. Borrowed. */
export interface Credentials {
  /** Judges certificates that sign, and has those that a message only names. */
  readonly trust?: Trust | undefined;
  /** Whose SAML assertions count; a name may be there twice, with one trust each. */
  readonly assertionIssuers?: readonly AssertionIssuer[] | undefined;
  /** For EncryptedKeys that are meant for us. */
  readonly ownKeys?: readonly OwnKey[] | undefined;
  /** Of EncryptedKeys that we sent or received: answers name them by EncryptedKeySHA1. */
  readonly encryptedKeys?: KnownEncryptedKeys | undefined;
  /** For UsernameTokens: passwords that they prove, and that keys are made of. */
  readonly passwords?: KnownPasswords | undefined;
  /**
   * Says whether a UsernameToken proves its user, where {@link passwords} would not do: they are hashed, or somebody else has
   * them. The attempt is borrowed. Asked once all else about the token is right. A Fault that it throws is the answer of `open`.
   */
  readonly authenticate?: ((attempt: PasswordAttempt) => boolean) | undefined;
  /**
   * Takes the secret of the EncryptedKey by which a message was proven, to seal the answer with it. Called once `open`
   * has nothing more to check; the secret is the taker's to wipe.
   */
  readonly keepEncryptedKey?: ((sha1Base64: string, secret: Secret) => void) | undefined;
}
