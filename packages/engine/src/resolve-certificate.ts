/** References to certificates -> keys that somebody vouches for, or our own. Never a secret, so never a MAC key (T13). */
import type { Certificate } from '@parley/core';
import { encodeBase64, Fault } from '@parley/core';
import type { OwnKey } from './credentials.ts';
import type { OpenScope } from './open-scope.ts';
import { requirePlace } from './place.ts';
import type { CertificateReference } from './read/certificate-reference.ts';
import { readCertificateReference } from './read/certificate-reference.ts';
import { readCertificateToken } from './read/certificate-token.ts';
import type { MessageClaims } from './read/message.ts';
import type { CertificateKey } from './resolved-key.ts';

/**
 * The trusted certificate that the STR `element` names, for a signature made by `user`.
 *
 * @throws Fault `peer.certificate-*` nobody vouches for it; `peer.key-usage`, `peer.limit-certificates`, and what reading
 *   the reference throws.
 */
export function resolveCertificate(
  claims: MessageClaims,
  element: number,
  user: number,
  scope: OpenScope,
): CertificateKey {
  const { trust } = scope.credentials;
  if (trust === undefined) throw new Fault('peer.certificate-untrusted', { reason: 'no anchors' });
  const { limits } = scope.policy;
  const reference = readCertificateReference(claims.tape, element, limits);
  const [first, ...further] =
    reference.form === 'name'
      ? trust.certificatesWhere(reference.isMeant).map((certificate) => ({ certificate, others: [] }))
      : [broughtBy(claims, reference, user, scope)];
  if (first === undefined) throw new Fault('peer.certificate-untrusted', { reason: 'unknown' });
  const judge = ({ certificate, others }: typeof first): CertificateKey => {
    const { publicKey, chain } = trust.validate(certificate, others, { use: 'signature', atMs: scope.atMs, limits });
    return {
      source: 'certificate',
      publicKey,
      certificate,
      chain,
      thumbprint: encodeBase64(certificate.thumbprintSha1()),
      token: reference.form === 'token' ? reference.element : -1,
    };
  };
  // A renewed certificate often keeps its key, and with it the identifier that the message gives: any valid one will do.
  let failure: unknown;
  for (const candidate of [first, ...further]) {
    try {
      return judge(candidate);
    } catch (error) {
      failure ??= error;
    }
  }
  throw failure;
}

/**
 * The key of ours that `reference` names.
 * @throws Fault `peer.key-usage` none; and what reading a token throws.
 */
export function ownKeyNamed(
  claims: MessageClaims,
  reference: CertificateReference,
  user: number,
  scope: OpenScope,
): OwnKey {
  let { isMeant } = reference.form === 'name' ? reference : { isMeant: undefined };
  if (reference.form !== 'name') {
    const { certificate } = broughtBy(claims, reference, user, scope);
    isMeant = (own) => own.equals(certificate);
  }
  const found = scope.credentials.ownKeys?.find(({ certificate }) => isMeant?.(certificate));
  if (found === undefined) throw new Fault('peer.key-usage', { reason: 'encrypted for somebody else' });
  return found;
}

function broughtBy(
  claims: MessageClaims,
  reference: Exclude<CertificateReference, { form: 'name' }>,
  user: number,
  { policy }: OpenScope,
): { readonly certificate: Certificate; readonly others: readonly Certificate[] } {
  if (reference.form === 'certificate') return { certificate: reference.certificate, others: [] };
  const { element, isEmbedded } = reference;
  if (!isEmbedded) requirePlace(claims, element, user, claims.security.otherTokens.includes(element), policy);
  return readCertificateToken(claims.tape, element, policy.limits);
}
