import { SIGNATURE_ALGORITHM } from '../algorithms/public-key.ts';
import type { Kind } from '../options/kind.ts';
import { callback, either, instanceOf, listOf, oneOf, optional, TEXT, whole } from '../options/kind.ts';
import { shapeOf } from '../options/shape.ts';
import { Certificate } from './certificate.ts';
import type { KeyPurpose } from './key-purpose.ts';
import { KEY_PURPOSE } from './key-purpose.ts';
import { RevocationList } from './revocation-list.ts';

export interface TrustOptions {
  /** Trusted as they are: as issuers if they are authorities, and themselves as the certificates of peers. */
  readonly anchors: readonly Certificate[];
  /** What peers leave out: authorities, and peers' own certificates that they only name. Not trusted by themselves. */
  readonly intermediates?: readonly Certificate[] | undefined;
  readonly revocationLists?: readonly RevocationList[] | undefined;
  /**
   * `required` (when left out): every certificate below an anchor needs a current list of its issuer. `if-listed`: a list
   * that is there counts, even an outdated one; none is no obstacle.
   */
  readonly revocation?: 'required' | 'if-listed' | undefined;
  /** What certificates and lists may be signed with: when left out, everything but SHA-1. */
  readonly signatureAlgorithms?: readonly string[] | undefined;
  /** 2048 when left out; holds for every key of a chain. */
  readonly rsaBitsMin?: number | undefined;
  /**
   * Which purposes of extendedKeyUsage let a certificate secure messages: it must have one of them, or none at all, and so
   * must the authorities above it. When left out, client authentication, e-mail, and signing of documents. `any`: whatever it
   * says it is for.
   */
  readonly purposes?: readonly KeyPurpose[] | 'any' | undefined;
  /** Whom, of all that the anchors vouch for, we mean: exact names, as text. Everybody when left out. */
  readonly subjects?: readonly string[] | undefined;
  /** The same by a rule of one's own. Called for certificates that are trusted otherwise. */
  readonly acceptsSubject?: ((certificate: Certificate) => boolean) | undefined;
}

export const TRUST_OPTIONS: Kind<TrustOptions> = shapeOf<TrustOptions>({
  anchors: listOf(instanceOf(Certificate)),
  intermediates: optional(listOf(instanceOf(Certificate))),
  revocationLists: optional(listOf(instanceOf(RevocationList))),
  revocation: optional(oneOf(['required', 'if-listed'])),
  signatureAlgorithms: optional(listOf(SIGNATURE_ALGORITHM)),
  rsaBitsMin: optional(whole(1)),
  purposes: optional(either(oneOf(['any']), listOf(KEY_PURPOSE))),
  subjects: optional(listOf(TEXT)),
  acceptsSubject: optional(callback()),
});
