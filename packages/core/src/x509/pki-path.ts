import { Fault } from '../fault.ts';
import type { Limits } from '../limits.ts';
import { areSame, Certificate } from './certificate.ts';
import { DerReader, malformed, TAG } from './der.ts';

/**
 * PkiPath ::= SEQUENCE OF Certificate (X.509 §8.1.2), each the issuer of the next. Borrows `der`.
 *
 * @returns the certificates, the signer's first: the other way round than they stand
 * @throws Fault `peer.limit-certificates` more than `certificatesMax`, or one too long; `peer.certificate-malformed` not
 *   DER, empty, or not a path.
 */
export function readPkiPath(
  der: Uint8Array,
  limits: Pick<Limits, 'certificatesMax' | 'certificateBytesMax'>,
): readonly [Certificate, ...Certificate[]] {
  const { certificatesMax } = limits;
  const outer = new DerReader(der);
  const list = outer.inside(TAG.sequence);
  outer.expectEnd();
  let signer = Certificate.read(list.element(TAG.sequence), limits);
  const others: Certificate[] = [];
  while (!list.isAtEnd) {
    if (others.length + 1 === certificatesMax) throw new Fault('peer.limit-certificates', { certificatesMax });
    const next = Certificate.read(list.element(TAG.sequence), limits);
    if (!areSame(next.issuerDer, signer.subjectDer)) throw malformed('path');
    others.unshift(signer);
    signer = next;
  }
  return [signer, ...others];
}
