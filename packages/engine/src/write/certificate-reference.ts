import type { Attribute } from '@parley/codec';
import { XmlWriter } from '@parley/codec';
import type { Certificate } from '@parley/core';
import { Fault } from '@parley/core';
import { BASE64_BINARY, TOKEN_TYPES, writePkiPath } from '@parley/core/internal';
import { DS, ENCODING_TYPE, URI, VALUE_TYPE, WSSE, WSU_ID } from './names.ts';
import { SECURITY_TOKEN_REFERENCE, TOKEN_TYPE, writeKeyIdentifier } from './token-reference.ts';

/**
 * How a message names a certificate (WSS X.509 profile §3.2): a token that it holds, with the certificate or with its
 * path; a token inside the reference; or what finds a certificate that the peer has.
 */
export type CertificateReference =
  | 'direct'
  | 'pki-path'
  | 'embedded'
  | 'subject-key-identifier'
  | 'thumbprint'
  | 'issuer-serial';

/** What names a certificate. */
export interface CertificateReferenceParts {
  /** The certificate, and for `pki-path` its issuers. */
  readonly path: readonly [Certificate, ...Certificate[]];
  readonly reference: CertificateReference;
  /** Of the token in the message, where there is one. */
  readonly tokenId: string;
  /** Of the STR itself. */
  readonly id?: string | undefined;
}

const BINARY_SECURITY_TOKEN = WSSE.name('BinarySecurityToken');
const REFERENCE = WSSE.name('Reference');
const EMBEDDED = WSSE.name('Embedded');
const X509_DATA = DS.name('X509Data');
const X509_ISSUER_SERIAL = DS.name('X509IssuerSerial');
const X509_ISSUER_NAME = DS.name('X509IssuerName');
const X509_SERIAL_NUMBER = DS.name('X509SerialNumber');

const NO_DEFAULT_NAMESPACE = new TextEncoder().encode(' xmlns=""');

/** Whether a message that names a certificate so holds a token with it. */
export function isInMessage(reference: CertificateReference): reference is 'direct' | 'pki-path' {
  return reference === 'direct' || reference === 'pki-path';
}

/** wsse:BinarySecurityToken (WSS §6.3) with the certificate, or its whole path. */
export function writeCertificateToken(
  writer: XmlWriter,
  id: string,
  path: CertificateReferenceParts['path'],
  reference: 'direct' | 'pki-path',
): void {
  const isPath = reference === 'pki-path';
  const attributes: readonly Attribute[] = [
    [ENCODING_TYPE, BASE64_BINARY],
    [VALUE_TYPE, isPath ? TOKEN_TYPES.x509PkiPath : TOKEN_TYPES.x509v3],
    [WSU_ID, id],
  ];
  writer
    .open(BINARY_SECURITY_TOKEN, attributes)
    .base64(isPath ? writePkiPath(path) : path[0].der)
    .close();
}

/**
 * wsse:SecurityTokenReference to a certificate.
 * @throws Fault `caller.option-invalid` a SubjectKeyIdentifier of a certificate that has none
 */
export function writeCertificateReference(writer: XmlWriter, parts: CertificateReferenceParts): void {
  const [certificate] = parts.path;
  const attributes: readonly Attribute[] = parts.id === undefined ? [] : [[WSU_ID, parts.id]];
  switch (parts.reference) {
    case 'direct':
    case 'pki-path': {
      const isPath = parts.reference === 'pki-path';
      const valueType = isPath ? TOKEN_TYPES.x509PkiPath : TOKEN_TYPES.x509v3;
      writer.open(
        SECURITY_TOKEN_REFERENCE,
        isPath ? [...attributes, [TOKEN_TYPE, TOKEN_TYPES.x509PkiPath]] : attributes,
      );
      writer.element(REFERENCE, '', [
        [URI, `#${parts.tokenId}`],
        [VALUE_TYPE, valueType],
      ]);
      break;
    }
    case 'embedded':
      writer.open(SECURITY_TOKEN_REFERENCE, attributes).open(EMBEDDED);
      writeCertificateToken(writer, parts.tokenId, parts.path, 'direct');
      writer.close();
      break;
    case 'subject-key-identifier': {
      const identifier = certificate.subjectKeyIdentifier;
      if (identifier === undefined) {
        throw new Fault('caller.option-invalid', { option: 'reference', reason: 'no SubjectKeyIdentifier' });
      }
      writer.open(SECURITY_TOKEN_REFERENCE, attributes);
      writeKeyIdentifier(writer, TOKEN_TYPES.x509SubjectKeyIdentifier, identifier);
      break;
    }
    case 'thumbprint':
      writer.open(SECURITY_TOKEN_REFERENCE, attributes);
      writeKeyIdentifier(writer, TOKEN_TYPES.thumbprintSha1, certificate.thumbprintSha1());
      break;
    case 'issuer-serial':
      writer.open(SECURITY_TOKEN_REFERENCE, attributes).open(X509_DATA).open(X509_ISSUER_SERIAL);
      writer.element(X509_ISSUER_NAME, certificate.issuer.toString());
      writer.element(X509_SERIAL_NUMBER, String(certificate.serialNumber)).close().close();
      break;
  }
  writer.close();
}

/**
 * What STR-Transform makes of a reference (WSS §8.3), in exclusive canonical form: the token that it points to, or one made of
 * the certificate that it finds.
 */
export function dereferencedToken({ path, reference, tokenId }: CertificateReferenceParts): Uint8Array {
  const writer = new XmlWriter();
  if (isInMessage(reference)) writeCertificateToken(writer, tokenId, path, reference);
  else {
    // interop: WSS4J leaves EncodingType out even where the KeyIdentifier has one, against WSS §8.3.
    writer.open(BINARY_SECURITY_TOKEN, [[VALUE_TYPE, TOKEN_TYPES.x509v3]]);
    writer.base64(path[0].der).close();
  }
  const token = writer.take();
  // spec: "#default" is on the PrefixList, and a default namespace that there is none of is written out.
  const nameEnd = BINARY_SECURITY_TOKEN.startTag.length;
  const octets = new Uint8Array(token.length + NO_DEFAULT_NAMESPACE.length);
  octets.set(token.subarray(0, nameEnd));
  octets.set(NO_DEFAULT_NAMESPACE, nameEnd);
  octets.set(token.subarray(nameEnd), nameEnd + NO_DEFAULT_NAMESPACE.length);
  return octets;
}
