/** Planned certificates -> keys that somebody vouches for, or our own. Never a secret, so never a MAC key (T13). */
import type { Certificate, Trust, TrustedCertificate } from '@parley/core';
import { Fault } from '@parley/core';
import { encodeBase64 } from '@parley/core/internal';
import type { PlannedCertificate, PlannedCertificateKey } from '../plan/planned-key.ts';
import { isMeant } from '../plan/planned-key.ts';
import type { OwnKey } from './credentials.ts';
import type { CertificateKey } from './resolved-key.ts';
import type { OpenScope } from './scope.ts';

/**
 * The public key of the certificate that is planned, if it is trusted.
 * @throws Fault `peer.certificate-*` nobody vouches for it; `peer.key-usage`, `peer.limit-certificates`
 */
export function resolveCertificate({ certificate: planned }: PlannedCertificateKey, scope: OpenScope): CertificateKey {
  const { trust } = scope.credentials;
  if (trust === undefined) throw new Fault('peer.certificate-untrusted', { reason: 'no anchors' });
  const candidates = planned.form === 'name' ? knownBy(trust, planned.isMeant) : [planned];
  const { certificate, publicKey, chain } = firstTrusted(trust, candidates, scope);
  return {
    source: 'certificate',
    publicKey,
    certificate,
    chain,
    thumbprint: encodeBase64(certificate.thumbprintSha1()),
  };
}

/** A certificate that may be the one that is meant, and what came with it. */
export interface CandidateCertificate {
  readonly certificate: Certificate;
  readonly others: readonly Certificate[];
}

/** Those that the trust has. */
export function knownBy(trust: Trust, isMeant: (certificate: Certificate) => boolean): readonly CandidateCertificate[] {
  return trust.certificatesWhere(isMeant).map((certificate) => ({ certificate, others: [] }));
}

/**
 * The first that `trust` vouches for: a renewed certificate often keeps its key, and with it the identifier that the message
 * gives, so any valid one will do.
 *
 * @throws Fault `peer.certificate-*` for the first, or because there is none
 */
export function firstTrusted(
  trust: Trust,
  candidates: readonly CandidateCertificate[],
  { policy: { limits }, atMs, workspace }: OpenScope,
): TrustedCertificate {
  let failure: unknown;
  for (const { certificate, others } of candidates) {
    try {
      return workspace.certificates.validate(trust, certificate, others, { use: 'signature', atMs, limits });
    } catch (error) {
      failure ??= error;
    }
  }
  throw failure ?? new Fault('peer.certificate-untrusted', { reason: 'unknown' });
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
