/** Planned certificates -> keys that somebody vouches for, or our own. Never a secret, so never a MAC key (T13). */
import { encodeBase64, Fault } from '@parley/core';
import type { OwnKey } from './credentials.ts';
import type { OpenScope } from './open-scope.ts';
import type { BroughtCertificate, PlannedCertificate, PlannedCertificateKey } from './planned-key.ts';
import { isMeant } from './planned-key.ts';
import type { CertificateKey } from './resolved-key.ts';

/**
 * The public key of the certificate that is planned, if it is trusted.
 * @throws Fault `peer.certificate-*` nobody vouches for it; `peer.key-usage`, `peer.limit-certificates`
 */
export function resolveCertificate({ certificate: planned }: PlannedCertificateKey, scope: OpenScope): CertificateKey {
  const { trust } = scope.credentials;
  if (trust === undefined) throw new Fault('peer.certificate-untrusted', { reason: 'no anchors' });
  const { limits } = scope.policy;
  const [first, ...further] =
    planned.form === 'name'
      ? trust.certificatesWhere(planned.isMeant).map((certificate) => ({ certificate, others: [] }))
      : [planned];
  if (first === undefined) throw new Fault('peer.certificate-untrusted', { reason: 'unknown' });
  const judge = ({ certificate, others }: Pick<BroughtCertificate, 'certificate' | 'others'>): CertificateKey => {
    const { publicKey, chain } = trust.validate(certificate, others, { use: 'signature', atMs: scope.atMs, limits });
    return {
      source: 'certificate',
      publicKey,
      certificate,
      chain,
      thumbprint: encodeBase64(certificate.thumbprintSha1()),
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
 * The key of ours that is meant.
 * @throws Fault `peer.key-usage` none
 */
export function ownKeyNamed(planned: PlannedCertificate, scope: OpenScope): OwnKey {
  const found = scope.credentials.ownKeys?.find(({ certificate }) => isMeant(planned, certificate));
  if (found === undefined) throw new Fault('peer.key-usage', { reason: 'encrypted for somebody else' });
  return found;
}
