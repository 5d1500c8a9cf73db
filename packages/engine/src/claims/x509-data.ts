/**
 * ds:X509Data (XML Signature §4.5.4): a list, in any order and number, of names of one certificate, of certificates, and of
 * revocation lists. All names must mean the certificate that is used; the others may be above it in a chain.
 */
import type { Tape } from '@parley/codec';
import { firstChild, isNamed, localName, localNameOf, Namespace, nextSibling } from '@parley/codec/internal';
import type { Limits } from '@parley/core';
import { Certificate, Fault } from '@parley/core';
import { limitFault } from '@parley/core/internal';
import type { CertificateName } from './certificate-name.ts';
import { areSame, issuerSerialName, jointName, subjectKeyIdentifierName, subjectName } from './certificate-name.ts';
import { readBinary } from './certificate-token.ts';
import { ChildCursor } from './child-cursor.ts';
import { childCount, requireCharacters, requireElementOnly, trimmedText } from './claim.ts';
import { structureInvalid } from './shape-refusals.ts';

/** A certificate, and what came along above it. */
export interface X509Certificates {
  readonly form: 'x509-data';
  readonly certificate: Certificate;
  readonly others: readonly Certificate[];
}

const IN_DS = Namespace.ds;
const X509_DATA = localName('X509Data');
const X509_CERTIFICATE = localName('X509Certificate');
const X509_CRL = localName('X509CRL');
const X509_ISSUER_SERIAL = localName('X509IssuerSerial');
const X509_ISSUER_NAME = localName('X509IssuerName');
const X509_SERIAL_NUMBER = localName('X509SerialNumber');
const X509_SKI = localName('X509SKI');
const X509_SUBJECT_NAME = localName('X509SubjectName');
const NAME_BYTES_MAX = 2048;
const SERIAL_BYTES_MAX = 64;
/** More than anybody has reason to say of one certificate. */
const NAMES_MAX = 8;

/** Whether `element` is ds:X509Data. */
export function isX509Data(tape: Tape, element: number): boolean {
  return isNamed(tape, element, IN_DS, X509_DATA);
}

/**
 * Reads ds:X509Data. Certificates in it are data, which say nothing about who is to be believed; revocation lists are
 * passed over, since nobody vouches for them here.
 *
 * @throws Fault `peer.keyinfo-forbidden` something else in it, by name, or names that no certificate in it has, or not one
 *   that can be meant; `peer.structure-invalid`, `peer.encoding-invalid`, `peer.limit-value`, `peer.limit-certificates`, and
 *   what reading a certificate throws.
 */
export function readX509Data(tape: Tape, element: number, limits: Limits): X509Certificates | CertificateName {
  requireElementOnly(tape, element, 'ds:X509Data');
  const certificates: Certificate[] = [];
  const names: CertificateName[] = [];
  for (let child = firstChild(tape, element); child >= 0; child = nextSibling(tape, child)) {
    if (isNamed(tape, child, IN_DS, X509_CERTIFICATE)) {
      if (certificates.length === limits.certificatesMax)
        throw limitFault(
          'peer.limit-certificates',
          'certificatesMax',
          limits.certificatesMax,
          childCount(tape, element, X509_CERTIFICATE),
        );
      certificates.push(Certificate.read(readBinary(tape, child, 'ds:X509Certificate', limits), limits, 'message'));
    } else if (isNamed(tape, child, IN_DS, X509_CRL)) {
      requireCharacters(tape, child, 'ds:X509CRL');
    } else {
      if (names.length === NAMES_MAX) throw structureInvalid(tape, child, 'too many names in ds:X509Data');
      names.push(readName(tape, child, limits));
    }
  }
  if (certificates.length > 0) return certificateMeant(certificates, names);
  const [first, ...others] = names;
  if (first === undefined) throw structureInvalid(tape, element, 'ds:X509Data names no certificate');
  return jointName(first, others);
}

function readName(tape: Tape, element: number, limits: Limits): CertificateName {
  if (isNamed(tape, element, IN_DS, X509_ISSUER_SERIAL)) return readIssuerSerial(tape, element);
  if (isNamed(tape, element, IN_DS, X509_SKI))
    return subjectKeyIdentifierName(readBinary(tape, element, 'ds:X509SKI', limits));
  if (isNamed(tape, element, IN_DS, X509_SUBJECT_NAME))
    return subjectName(trimmedText(tape, element, 'ds:X509SubjectName', NAME_BYTES_MAX, 'textBytesMax'));
  throw new Fault('peer.keyinfo-forbidden', {
    reason: 'a child of ds:X509Data that is not read',
    name: localNameOf(tape, element).slice(0, 64),
  });
}

function readIssuerSerial(tape: Tape, element: number): CertificateName {
  const children = new ChildCursor(tape, element, 'ds:X509IssuerSerial');
  const name = children.required(IN_DS, X509_ISSUER_NAME, 'ds:X509IssuerName');
  const serial = children.required(IN_DS, X509_SERIAL_NUMBER, 'ds:X509SerialNumber');
  children.end();
  return issuerSerialName(
    trimmedText(tape, name, 'ds:X509IssuerName', NAME_BYTES_MAX, 'textBytesMax'),
    trimmedText(tape, serial, 'ds:X509SerialNumber', SERIAL_BYTES_MAX, 'textBytesMax'),
  );
}

// spec: the order of certificates says nothing. The one that is meant has every name and, in a chain, issued no other.
function certificateMeant(certificates: readonly Certificate[], names: readonly CertificateName[]): X509Certificates {
  const distinct = certificates.filter(
    (certificate, index) => !certificates.slice(0, index).some((other) => other.equals(certificate)),
  );
  const named = distinct.filter((certificate) => names.every(({ isMeant }) => isMeant(certificate)));
  if (named.length === 0) throw new Fault('peer.keyinfo-forbidden', { reason: 'names of another certificate' });
  const isIssuer = (certificate: Certificate): boolean =>
    named.some((other) => other !== certificate && areSame(other.issuerDer, certificate.subjectDer));
  const [meant, ambiguous] = named.length === 1 ? named : named.filter((certificate) => !isIssuer(certificate));
  if (meant === undefined || ambiguous !== undefined)
    throw new Fault('peer.keyinfo-forbidden', { reason: 'several certificates that may be meant' });
  return { form: 'x509-data', certificate: meant, others: distinct.filter((certificate) => certificate !== meant) };
}
