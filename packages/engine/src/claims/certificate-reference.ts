/** The ways in which a wsse:SecurityTokenReference names a certificate (WSS §3.5). */
import type { Tape } from '@parley/codec';
import { firstChild, nextSibling } from '@parley/codec';
import { isNamed, localName, Namespace } from '@parley/codec/internal';
import type { Limits } from '@parley/core';
import { Certificate, Fault } from '@parley/core';
import { encodeBase64, TOKEN_TYPES } from '@parley/core/internal';
import { isBinarySecurityToken, readBinary } from './certificate-token.ts';
import { attributeIs, requireAttribute, requireElementOnly, structureInvalid, trimmedText } from './claim.ts';
import { readTokenReference } from './token-reference.ts';

export type CertificateReference =
  /** A BinarySecurityToken of the message: a child of its Security header, or (embedded) of the reference itself. */
  | { readonly form: 'token'; readonly element: number; readonly isEmbedded: boolean }
  /** The certificate itself, in a KeyIdentifier. */
  | { readonly form: 'certificate'; readonly certificate: Certificate }
  | CertificateName;

/** A name of a certificate that the reader is to have. */
export interface CertificateName {
  readonly form: 'name';
  readonly by: 'subject-key-identifier' | 'thumbprint' | 'issuer-serial';
  /** The name for people: base64, or the serial number and the issuer. */
  readonly text: string;
  readonly isMeant: (certificate: Certificate) => boolean;
}

const KEY_IDENTIFIER = localName('KeyIdentifier');
const EMBEDDED = localName('Embedded');
const REFERENCE = localName('Reference');
const X509_DATA = localName('X509Data');
const X509_CERTIFICATE = localName('X509Certificate');
const X509_ISSUER_SERIAL = localName('X509IssuerSerial');
const X509_ISSUER_NAME = localName('X509IssuerName');
const X509_SERIAL_NUMBER = localName('X509SerialNumber');
const VALUE_TYPE = localName('ValueType');
const SUBJECT_KEY_IDENTIFIER = localName(TOKEN_TYPES.x509SubjectKeyIdentifier);
const THUMBPRINT_SHA1 = localName(TOKEN_TYPES.thumbprintSha1);
const X509_V3 = localName(TOKEN_TYPES.x509v3);
const NAME_BYTES_MAX = 2048;
const SERIAL_BYTES_MAX = 64;

/** Whether `element` is ds:X509Data. */
export function isX509Data(tape: Tape, element: number): boolean {
  return isNamed(tape, element, Namespace.ds, X509_DATA);
}

/**
 * Reads an STR that is to name a certificate.
 *
 * @throws Fault `peer.keyinfo-forbidden` it names something else; `peer.structure-invalid`, `peer.encoding-invalid`,
 *   `peer.ref-uri-forbidden`, `peer.ref-unresolved`, `peer.limit-value`, and what reading a certificate throws.
 */
export function readCertificateReference(tape: Tape, element: number, limits: Limits): CertificateReference {
  requireElementOnly(tape, element, 'wsse:SecurityTokenReference');
  const child = firstChild(tape, element);
  if (child < 0) throw structureInvalid(tape, element, 'wsse:SecurityTokenReference is empty');
  if (nextSibling(tape, child) >= 0) throw structureInvalid(tape, child, 'two references in one STR');
  if (isNamed(tape, child, Namespace.wsse, REFERENCE)) {
    const { target } = readTokenReference(tape, element, limits);
    return tokenAt(tape, target, false);
  }
  if (isNamed(tape, child, Namespace.wsse, EMBEDDED)) {
    requireElementOnly(tape, child, 'wsse:Embedded');
    const token = firstChild(tape, child);
    if (token < 0 || nextSibling(tape, token) >= 0)
      throw structureInvalid(tape, child, 'not one token in wsse:Embedded');
    return tokenAt(tape, token, true);
  }
  if (isNamed(tape, child, Namespace.wsse, KEY_IDENTIFIER)) return readKeyIdentifier(tape, child, limits);
  if (isX509Data(tape, child)) return readX509Data(tape, child);
  throw new Fault('peer.keyinfo-forbidden', { reason: 'not a reference to a certificate' });
}

/**
 * ds:X509Data with one X509IssuerSerial. Certificates in it would be trust that a message brings along.
 * @throws Fault `peer.keyinfo-forbidden` anything else in it; `peer.structure-invalid`, `peer.encoding-invalid`.
 */
export function readX509Data(tape: Tape, element: number): CertificateReference {
  requireElementOnly(tape, element, 'ds:X509Data');
  const issuerSerial = firstChild(tape, element);
  if (issuerSerial < 0 || !isNamed(tape, issuerSerial, Namespace.ds, X509_ISSUER_SERIAL)) {
    throw new Fault('peer.keyinfo-forbidden', { reason: 'not one ds:X509IssuerSerial' });
  }
  if (nextSibling(tape, issuerSerial) >= 0) throw structureInvalid(tape, issuerSerial, 'two children of ds:X509Data');
  requireElementOnly(tape, issuerSerial, 'ds:X509IssuerSerial');
  const name = firstChild(tape, issuerSerial);
  const serial = name < 0 ? -1 : nextSibling(tape, name);
  if (
    serial < 0 ||
    !isNamed(tape, name, Namespace.ds, X509_ISSUER_NAME) ||
    !isNamed(tape, serial, Namespace.ds, X509_SERIAL_NUMBER) ||
    nextSibling(tape, serial) >= 0
  ) {
    throw structureInvalid(tape, issuerSerial, 'children of ds:X509IssuerSerial');
  }
  const issuerText = trimmedText(tape, name, 'ds:X509IssuerName', NAME_BYTES_MAX);
  const serialText = trimmedText(tape, serial, 'ds:X509SerialNumber', SERIAL_BYTES_MAX);
  return {
    form: 'name',
    by: 'issuer-serial',
    text: `${serialText} of ${issuerText}`,
    isMeant: (certificate) => certificate.hasIssuerSerial(issuerText, serialText),
  };
}

/**
 * The certificates in ds:X509Data, in their order: data, which say nothing about who is to be believed.
 * @throws Fault `peer.keyinfo-forbidden` anything else in it; `peer.structure-invalid`, and what reading a certificate throws.
 */
export function readX509Certificates(
  tape: Tape,
  element: number,
  limits: Limits,
): readonly [Certificate, ...Certificate[]] {
  requireElementOnly(tape, element, 'ds:X509Data');
  const certificates: Certificate[] = [];
  for (let child = firstChild(tape, element); child >= 0; child = nextSibling(tape, child)) {
    if (!isNamed(tape, child, Namespace.ds, X509_CERTIFICATE))
      throw new Fault('peer.keyinfo-forbidden', { reason: 'not ds:X509Certificate alone' });
    if (certificates.length === limits.certificatesMax)
      throw new Fault('peer.limit-certificates', { certificatesMax: limits.certificatesMax });
    certificates.push(Certificate.read(readBinary(tape, child, 'ds:X509Certificate', limits), limits));
  }
  const [certificate, ...others] = certificates;
  if (certificate === undefined) throw structureInvalid(tape, element, 'ds:X509Data is empty');
  return [certificate, ...others];
}

/** Whether ds:X509Data holds certificates, and not the name of one. */
export function holdsCertificates(tape: Tape, element: number): boolean {
  const child = firstChild(tape, element);
  return child >= 0 && isNamed(tape, child, Namespace.ds, X509_CERTIFICATE);
}

function tokenAt(tape: Tape, element: number, isEmbedded: boolean): CertificateReference {
  if (element >= 0 && isBinarySecurityToken(tape, element)) return { form: 'token', element, isEmbedded };
  throw new Fault('peer.keyinfo-forbidden', { reason: 'not a certificate' });
}

function readKeyIdentifier(tape: Tape, element: number, limits: Limits): CertificateReference {
  const valueType = requireAttribute(tape, element, VALUE_TYPE, 'ValueType');
  const octets = (): Uint8Array => readBinary(tape, element, 'wsse:KeyIdentifier', limits);
  if (attributeIs(tape, valueType, SUBJECT_KEY_IDENTIFIER)) {
    const identifier = octets();
    return {
      form: 'name',
      by: 'subject-key-identifier',
      text: encodeBase64(identifier),
      isMeant: ({ subjectKeyIdentifier }) =>
        subjectKeyIdentifier !== undefined && equal(subjectKeyIdentifier, identifier),
    };
  }
  if (attributeIs(tape, valueType, THUMBPRINT_SHA1)) {
    const thumbprint = octets();
    return {
      form: 'name',
      by: 'thumbprint',
      text: encodeBase64(thumbprint),
      isMeant: (certificate) => equal(certificate.thumbprintSha1(), thumbprint),
    };
  }
  // interop: WSS4J's X509KeyIdentifier; not of the profile, and as good as an embedded token.
  if (attributeIs(tape, valueType, X509_V3))
    return { form: 'certificate', certificate: Certificate.read(octets(), limits) };
  throw new Fault('peer.keyinfo-forbidden', { reason: 'ValueType of wsse:KeyIdentifier' });
}

function equal(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((octet, index) => octet === right[index]);
}
