/** Names of a certificate that the reader is to have: they find it, and prove nothing. */
import type { Certificate } from '@parley/core';
import { encodeBase64 } from '@parley/core/internal';

export interface CertificateName {
  readonly form: 'name';
  readonly by: 'subject-key-identifier' | 'thumbprint' | 'issuer-serial' | 'subject-name';
  /** The name for people: base64, the serial number and the issuer, or the subject. */
  readonly text: string;
  /** @throws Fault `peer.encoding-invalid` a name or a number that cannot be read */
  readonly isMeant: (certificate: Certificate) => boolean;
}

/** Its serial number and its issuer (ds:X509IssuerSerial). */
export function issuerSerialName(issuer: string, serialNumber: string): CertificateName {
  return {
    form: 'name',
    by: 'issuer-serial',
    text: `${serialNumber} of ${issuer}`,
    isMeant: (certificate) => certificate.hasIssuerSerial(issuer, serialNumber),
  };
}

/** Its subject (ds:X509SubjectName). */
export function subjectName(text: string): CertificateName {
  return { form: 'name', by: 'subject-name', text, isMeant: ({ subject }) => subject.isWrittenAs(text) };
}

/** The subjectKeyIdentifier in it (ds:X509SKI). */
export function subjectKeyIdentifierName(identifier: Uint8Array): CertificateName {
  return {
    form: 'name',
    by: 'subject-key-identifier',
    text: encodeBase64(identifier),
    isMeant: ({ subjectKeyIdentifier }) =>
      subjectKeyIdentifier !== undefined && areSame(subjectKeyIdentifier, identifier),
  };
}

/** Its SHA-1 thumbprint. */
export function thumbprintName(thumbprint: Uint8Array): CertificateName {
  return {
    form: 'name',
    by: 'thumbprint',
    text: encodeBase64(thumbprint),
    isMeant: (certificate) => areSame(certificate.thumbprintSha1(), thumbprint),
  };
}

/** The name of what has all of these names. */
export function jointName(first: CertificateName, others: readonly CertificateName[]): CertificateName {
  if (others.length === 0) return first;
  const names = [first, ...others];
  return {
    form: 'name',
    by: first.by,
    text: names.map(({ text }) => text).join('; '),
    isMeant: (certificate) => names.every(({ isMeant }) => isMeant(certificate)),
  };
}

/** Whether both are the same octets. No secrets. */
export function areSame(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((octet, index) => octet === right[index]);
}
