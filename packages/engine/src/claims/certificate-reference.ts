/** The ways in which a wsse:SecurityTokenReference names a certificate (WSS §3.5). */
import type { Tape } from '@parley/codec';
import { firstChild, isNamed, localName, Namespace, nextSibling } from '@parley/codec/internal';
import type { Limits } from '@parley/core';
import { Certificate, Fault } from '@parley/core';
import { TOKEN_TYPES } from '@parley/core/internal';
import type { CertificateName } from './certificate-name.ts';
import { subjectKeyIdentifierName, thumbprintName } from './certificate-name.ts';
import { isBinarySecurityToken, readBinary } from './certificate-token.ts';
import { attributeIs, requireAttribute, requireElementOnly } from './claim.ts';
import type { ReferenceRules } from './reference-type.ts';
import { structureInvalid } from './shape-refusals.ts';
import { readTokenReference } from './token-reference.ts';
import type { X509Certificates } from './x509-data.ts';
import { isX509Data, readX509Data } from './x509-data.ts';

export type CertificateReference =
  /** A BinarySecurityToken of the message: a child of its Security header, or (embedded) of the reference itself. */
  | { readonly form: 'token'; readonly element: number; readonly isEmbedded: boolean }
  /** The certificate itself, in a KeyIdentifier. */
  | { readonly form: 'key-identifier'; readonly certificate: Certificate; readonly others: readonly [] }
  | X509Certificates
  | CertificateName;

const KEY_IDENTIFIER = localName('KeyIdentifier');
const EMBEDDED = localName('Embedded');
const REFERENCE = localName('Reference');
const VALUE_TYPE = localName('ValueType');
const SUBJECT_KEY_IDENTIFIER = localName(TOKEN_TYPES.x509SubjectKeyIdentifier);
const THUMBPRINT_SHA1 = localName(TOKEN_TYPES.thumbprintSha1);
const X509_V3 = localName(TOKEN_TYPES.x509v3);

/**
 * Reads an STR that is to name a certificate.
 *
 * @throws Fault `peer.keyinfo-forbidden` it names something else; `peer.structure-invalid`, `peer.encoding-invalid`,
 *   `peer.ref-uri-forbidden`, `peer.ref-unresolved`, `peer.limit-value`, and what reading a certificate throws.
 */
export function readCertificateReference(tape: Tape, element: number, rules: ReferenceRules): CertificateReference {
  requireElementOnly(tape, element, 'wsse:SecurityTokenReference');
  const child = firstChild(tape, element);
  if (child < 0) throw structureInvalid(tape, element, 'wsse:SecurityTokenReference is empty');
  if (nextSibling(tape, child) >= 0) throw structureInvalid(tape, child, 'two references in one STR');
  if (isNamed(tape, child, Namespace.wsse, REFERENCE)) {
    const { target } = readTokenReference(tape, element, rules);
    return tokenAt(tape, target, false);
  }
  if (isNamed(tape, child, Namespace.wsse, EMBEDDED)) {
    requireElementOnly(tape, child, 'wsse:Embedded');
    const token = firstChild(tape, child);
    if (token < 0 || nextSibling(tape, token) >= 0)
      throw structureInvalid(tape, child, 'not one token in wsse:Embedded');
    return tokenAt(tape, token, true);
  }
  if (isNamed(tape, child, Namespace.wsse, KEY_IDENTIFIER)) return readKeyIdentifier(tape, child, rules.limits);
  if (isX509Data(tape, child)) return readX509Data(tape, child, rules.limits);
  throw new Fault('peer.keyinfo-forbidden', { reason: 'not a reference to a certificate' });
}

function tokenAt(tape: Tape, element: number, isEmbedded: boolean): CertificateReference {
  if (element >= 0 && isBinarySecurityToken(tape, element)) return { form: 'token', element, isEmbedded };
  throw new Fault('peer.keyinfo-forbidden', { reason: 'not a certificate' });
}

function readKeyIdentifier(tape: Tape, element: number, limits: Limits): CertificateReference {
  const valueType = requireAttribute(tape, element, VALUE_TYPE, 'ValueType');
  const octets = (): Uint8Array => readBinary(tape, element, 'wsse:KeyIdentifier', limits);
  if (attributeIs(tape, valueType, SUBJECT_KEY_IDENTIFIER)) return subjectKeyIdentifierName(octets());
  if (attributeIs(tape, valueType, THUMBPRINT_SHA1)) return thumbprintName(octets());
  // interop: WSS4J's X509KeyIdentifier; not of the profile, and as good as an embedded token.
  if (attributeIs(tape, valueType, X509_V3))
    return { form: 'key-identifier', certificate: Certificate.read(octets(), limits, 'message'), others: [] };
  throw new Fault('peer.keyinfo-forbidden', { reason: 'ValueType of wsse:KeyIdentifier' });
}
