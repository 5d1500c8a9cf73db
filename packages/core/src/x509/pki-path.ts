import { limitFault } from '../base/limit-fault.ts';
import type { Limits } from '../base/limits.ts';
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
  let signer = Certificate.read(list.element(TAG.sequence), limits, 'message');
  const others: Certificate[] = [];
  while (!list.isAtEnd) {
    if (others.length + 1 === certificatesMax)
      throw limitFault(
        'peer.limit-certificates',
        'certificatesMax',
        certificatesMax,
        certificatesMax + countRest(list),
      );
    const next = Certificate.read(list.element(TAG.sequence), limits, 'message');
    if (!areSame(next.issuerDer, signer.subjectDer)) throw malformed('path');
    others.unshift(signer);
    signer = next;
  }
  return [signer, ...others];
}

function countRest(list: DerReader): number {
  let count = 0;
  for (; !list.isAtEnd; count++) list.element(TAG.sequence);
  return count;
}

/**
 * The octets that {@link readPkiPath} reads: the signer's certificate comes first here and last there. They are the
 * caller's. Whether it is a path is not looked at.
 */
export function writePkiPath(path: readonly [Certificate, ...Certificate[]]): Uint8Array {
  const size = path.reduce((sum, { der }) => sum + der.length, 0);
  const length: number[] = [];
  for (let rest = size; rest > 0; rest >>>= 8) length.unshift(rest & 0xff);
  // One certificate alone is longer than the short form of a length reaches.
  const head = [TAG.sequence, 0x80 | length.length, ...length];
  const octets = new Uint8Array(head.length + size);
  octets.set(head);
  let end = octets.length;
  for (const { der } of path) {
    end -= der.length;
    octets.set(der, end);
  }
  return octets;
}
