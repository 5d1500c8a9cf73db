/** What each way to begin wants of either side. */
import type { PrivateKey, Secret, Trust } from '@parley/core';
import type { AssertionIssuer, AssertionToken, CertificateSignature, KeyRecipient, OwnKey } from '@parley/engine';
import type { Authenticate } from '../trust/password.ts';
import type { UsernameCredential } from '../trust/username-credential.ts';

export interface UsernameResponder {
  readonly authenticate: Authenticate;
}

export interface AsymmetricX509Initiator {
  /** Signs requests. */
  readonly signature: CertificateSignature;
  /** Requests are encrypted for it. */
  readonly service: KeyRecipient;
  /** Judges whoever signs answers, and knows the certificates that they only name. */
  readonly trust: Trust;
  /** Answers are encrypted for one of them. */
  readonly ownKeys: readonly OwnKey[];
}

export interface AsymmetricX509Responder {
  /** Signs answers. */
  readonly signature: CertificateSignature;
  /** Requests are encrypted for one of them. */
  readonly ownKeys: readonly OwnKey[];
  /** Judges whoever signs requests: the principal, by the subject of his certificate. */
  readonly trust: Trust;
  /** How answers name the certificate that they are encrypted for. Default: `issuer-serial`. */
  readonly reference?: KeyRecipient['reference'] | undefined;
}

export interface SymmetricX509Initiator {
  /** The service, by its certificate. */
  readonly service: KeyRecipient;
  /** Goes signed and encrypted with the request. */
  readonly username?: UsernameCredential | undefined;
  /** Endorses the request. */
  readonly endorse?: CertificateSignature | undefined;
}

export interface SymmetricX509Responder {
  /** The service's own. */
  readonly ownKeys: readonly OwnKey[];
  /** A user must be there, who is the principal. */
  readonly authenticate?: Authenticate | undefined;
  /** A certificate must endorse the request, and this says which; without a user, its subject is the principal. */
  readonly endorsers?: Trust | undefined;
}

export interface CertificateOverTlsInitiator {
  readonly signature: CertificateSignature;
}

export interface CertificateOverTlsResponder {
  /** Judges whoever signs: the principal, by the subject of the certificate. */
  readonly trust: Trust;
}

export interface SamlInitiator {
  readonly assertion: AssertionToken;
  /** Of the key that the assertion names. Without: whoever bears it is believed. */
  readonly proof?: PrivateKey | Secret | undefined;
}

export interface SamlResponder {
  readonly confirmation: 'bearer' | 'holder-of-key';
  readonly issuers: readonly AssertionIssuer[];
  /** Who we are to issuers. */
  readonly audiences: readonly string[];
  /** For assertions whose secret is encrypted for us. */
  readonly ownKeys?: readonly OwnKey[] | undefined;
  /** Certificates of holders. */
  readonly trust?: Trust | undefined;
}

export interface AsymmetricSamlInitiator {
  readonly assertion: AssertionToken;
  /** Whom the assertion is about: signs requests, and answers are encrypted for the certificate, which the assertion names. */
  readonly holder: OwnKey;
  /** Requests are encrypted for it. */
  readonly service: KeyRecipient;
  /** Judges whoever signs answers, and knows the certificates that they only name. */
  readonly trust: Trust;
}

export interface AsymmetricSamlResponder {
  /** Signs answers. */
  readonly signature: CertificateSignature;
  /** Requests are encrypted for one of them. */
  readonly ownKeys: readonly OwnKey[];
  readonly issuers: readonly AssertionIssuer[];
  /** Who we are to issuers. */
  readonly audiences: readonly string[];
  /** How answers name the certificate that they are encrypted for. Default: `issuer-serial`. */
  readonly reference?: KeyRecipient['reference'] | undefined;
}

export type SamlByMessageInitiator =
  | {
      readonly assertion: AssertionToken;
      /** The secret that the assertion has encrypted for the service: it protects request and answer. */
      readonly proof: Secret;
    }
  | {
      readonly assertion: AssertionToken;
      /** The service, by its certificate: requests are encrypted for it. */
      readonly service: KeyRecipient;
      /** Of the key that the assertion names, which endorses. Without: whoever bears it is believed, and it goes encrypted. */
      readonly proof?: PrivateKey | undefined;
    };

export interface SamlByMessageResponder {
  /** The service's own: requests, or the secrets of holders, are encrypted for one of them. */
  readonly ownKeys: readonly OwnKey[];
  /** `bearer`; `endorsing`: the holder of a private key; `protecting`: the holder of a secret. */
  readonly confirmation: 'bearer' | 'endorsing' | 'protecting';
  readonly issuers: readonly AssertionIssuer[];
  /** Who we are to issuers. */
  readonly audiences: readonly string[];
  /** Certificates of holders. */
  readonly trust?: Trust | undefined;
}
