import type { CertifiedKey, Secret, TrustOptions } from '@parley/core';
import type { KnownEncryptedKeys } from '../../keys/credentials.ts';

/**
 * What a pool opens and makes bootstraps with: {@link Credentials}, in a form that can be given to threads. Everything is
 * optional, and what needs it is refused where it is missing.
 *
 * Private keys and certificates go to each worker once, when it starts; secrets of EncryptedKeys with the batch that needs
 * them. Keys cross as `KeyObject`s, of which no octets lie in a port. They hold for the life of the pool: with other anchors
 * or newer revocation lists, make a new pool and close the old one.
 */
export interface PoolCredentials {
  /**
   * Whom to believe. With workers, `acceptsSubject` is refused: a function cannot go to another thread; `subjects` can.
   */
  readonly trust?: TrustOptions | undefined;
  /** Issuers of SAML assertions, as in {@link Credentials}; of their trusts the same holds. */
  readonly assertionIssuers?: readonly { readonly name: string; readonly trust: TrustOptions }[] | undefined;
  /** To decrypt EncryptedKeys that are meant for us, and to sign and endorse with. */
  readonly ownKeys?: readonly CertifiedKey[] | undefined;
  /** Asked on the calling thread; the secrets stay the caller's, and workers have them for one batch. */
  readonly encryptedKeys?: KnownEncryptedKeys | undefined;
  /** As in {@link Credentials}; called on the calling thread, before the answer resolves. */
  readonly keepEncryptedKey?: ((sha1Base64: string, secret: Secret) => void) | undefined;
}

/** Of a pool that takes keys of contexts only. */
export const NO_CREDENTIALS: PoolCredentials = {};
