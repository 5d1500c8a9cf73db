/** wsse:BinarySecurityToken (WSS §3.4) with certificates: claims, until somebody vouches for them. */
import type { Tape } from '@parley/codec';
import { attributeNamed, isNamed, localName, Namespace } from '@parley/codec/internal';
import type { Certificate, Limits } from '@parley/core';
import { Fault } from '@parley/core';
import { BASE64_BINARY, limitFault, readPkiPath, TOKEN_TYPES } from '@parley/core/internal';
import { attributeIs, base64Octets, requireAttribute, requireCharacters } from './claim.ts';
import { structureInvalid } from './shape-refusals.ts';

/** The certificate of a token, and what came with it. */
export interface CertificateToken {
  readonly certificate: Certificate;
  /** Above it in a PKIPath. */
  readonly others: readonly Certificate[];
}

/** Reads a certificate, or has read it before. */
export interface CertificateReader {
  read(der: Uint8Array, limits: Limits): Certificate;
}

const BINARY_SECURITY_TOKEN = localName('BinarySecurityToken');
const VALUE_TYPE = localName('ValueType');
const ENCODING_TYPE = localName('EncodingType');
const BASE64 = localName(BASE64_BINARY);
const X509_V3 = localName(TOKEN_TYPES.x509v3);
const PKI_PATH = localName(TOKEN_TYPES.x509PkiPath);

/** Whether `element` is a BinarySecurityToken, of whatever kind. */
export function isBinarySecurityToken(tape: Tape, element: number): boolean {
  return isNamed(tape, element, Namespace.wsse, BINARY_SECURITY_TOKEN);
}

/**
 * Reads a BinarySecurityToken.
 *
 * @throws Fault `peer.structure-invalid` no ValueType; `peer.keyinfo-forbidden` one other than X509v3 and
 *   X509PKIPathv1; `peer.encoding-invalid`; and what reading certificates throws.
 */
export function readCertificateToken(
  tape: Tape,
  element: number,
  limits: Limits,
  certificates: CertificateReader,
): CertificateToken {
  const valueType = requireAttribute(tape, element, VALUE_TYPE, 'ValueType');
  const isPath = attributeIs(tape, valueType, PKI_PATH);
  if (!isPath && !attributeIs(tape, valueType, X509_V3)) {
    throw new Fault('peer.keyinfo-forbidden', { reason: 'ValueType of wsse:BinarySecurityToken' });
  }
  const octets = readBinary(tape, element, 'wsse:BinarySecurityToken', limits);
  if (!isPath) return { certificate: certificates.read(octets, limits), others: [] };
  const [certificate, ...others] = readPkiPath(octets, limits);
  return { certificate, others };
}

/** Octets of a BinarySecurityToken or a KeyIdentifier. @throws Fault as {@link readCertificateToken} */
export function readBinary(tape: Tape, element: number, name: string, limits: Limits): Uint8Array {
  const encoding = attributeNamed(tape, element, Namespace.none, ENCODING_TYPE);
  if (encoding >= 0 && !attributeIs(tape, encoding, BASE64)) throw structureInvalid(tape, element, 'EncodingType');
  requireCharacters(tape, element, name);
  const octets = base64Octets(tape, element);
  const bytesMax = limits.certificateBytesMax * limits.certificatesMax;
  if (octets.length > bytesMax)
    throw limitFault('peer.limit-certificates', 'certificateBytesMax', bytesMax, octets.length);
  return octets;
}
