import type { Attribute, XmlWriter } from '@parley/codec';
import type { DigestAlgorithm, MacAlgorithm, SignatureAlgorithm } from '@parley/core';
import { ENVELOPED_SIGNATURE, STR_TRANSFORM } from '@parley/core/internal';
import { ALGORITHM, DS, EXCLUSIVE_C14N, ID, KEY_INFO, URI, WSSE } from './names.ts';
import { writePssParameters } from './pss-parameters.ts';

const SIGNATURE = DS.name('Signature');
const SIGNED_INFO = DS.name('SignedInfo');
const CANONICALIZATION_METHOD = DS.name('CanonicalizationMethod');
const SIGNATURE_METHOD = DS.name('SignatureMethod');
const REFERENCE = DS.name('Reference');
const TRANSFORMS = DS.name('Transforms');
const TRANSFORM = DS.name('Transform');
const DIGEST_METHOD = DS.name('DigestMethod');
const DIGEST_VALUE = DS.name('DigestValue');
const SIGNATURE_VALUE = DS.name('SignatureValue');
const TRANSFORMATION_PARAMETERS = WSSE.name('TransformationParameters');

export interface SignedReference {
  /** Of what is signed; with `isDereferenced`, of the STR that names it. */
  readonly id: string;
  /** Whether the signature stands in what it signs, and leaves out itself. */
  readonly isEnveloped?: boolean;
  /** Whether the token is signed that the STR names (STR-Transform, WSS §8.3). */
  readonly isDereferenced?: boolean;
  readonly digestBase64: string;
}

/** What a ds:SignedInfo covers, and how. */
export interface SignedInfoParts {
  /** Of ds:SignatureMethod. */
  readonly method: MacAlgorithm | SignatureAlgorithm;
  readonly digest: DigestAlgorithm;
  readonly references: readonly SignedReference[];
}

const EXCLUSIVE: readonly Attribute[] = [[ALGORITHM, EXCLUSIVE_C14N]];

const ENVELOPED: readonly Attribute[] = [[ALGORITHM, ENVELOPED_SIGNATURE]];

/** The start tag of ds:SignedInfo (XML Signature §4.4); alone, it is the one that is signed. */
export function openSignedInfo(writer: XmlWriter): void {
  writer.open(SIGNED_INFO);
}

/** All of ds:SignedInfo behind its start tag. */
function writeSignedInfoContent(writer: XmlWriter, { method, digest, references }: SignedInfoParts): void {
  const digestMethod: readonly Attribute[] = [[ALGORITHM, digest.uri]];
  writer.element(CANONICALIZATION_METHOD, '', EXCLUSIVE).open(SIGNATURE_METHOD, [[ALGORITHM, method.uri]]);
  // interop: the schema of WSS4J StAX knows no parameters, so that defaults are left out.
  if (method.name === 'rsa-pss' && method.hash !== 'sha256') writePssParameters(writer, method);
  writer.close();
  for (const { id, isDereferenced = false, isEnveloped = false, digestBase64 } of references) {
    writer.open(REFERENCE, [[URI, `#${id}`]]).open(TRANSFORMS);
    if (isEnveloped) writer.element(TRANSFORM, '', ENVELOPED);
    if (isDereferenced) writeTokenTransform(writer);
    else writer.element(TRANSFORM, '', EXCLUSIVE);
    writer.close();
    writer.element(DIGEST_METHOD, '', digestMethod).element(DIGEST_VALUE, digestBase64).close();
  }
  writer.close();
}

function writeTokenTransform(writer: XmlWriter): void {
  writer.open(TRANSFORM, [[ALGORITHM, STR_TRANSFORM]]).open(TRANSFORMATION_PARAMETERS);
  writer.element(CANONICALIZATION_METHOD, '', EXCLUSIVE).close().close();
}

/** What a ds:Signature is made of. */
export interface SignatureParts {
  readonly id?: string;
  readonly signedInfo: SignedInfoParts;
  /**
   * Makes the signature of SignedInfo in base64: over the start tag of {@link openSignedInfo}, then the octets [start, end) of
   * the writer's sink. In the Signature the start tag declares nothing, because the parent does.
   */
  readonly valueBase64: (start: number, end: number) => string;
  /** Writes what ds:KeyInfo holds: the STR of the key. */
  readonly writeReference: (writer: XmlWriter) => void;
}

/** ds:Signature (XML Signature §4.2). */
export function writeSignature(writer: XmlWriter, parts: SignatureParts): void {
  const { sink } = writer;
  writer.open(SIGNATURE, parts.id === undefined ? [] : [[ID, parts.id]]);
  openSignedInfo(writer);
  const start = sink.length;
  writeSignedInfoContent(writer, parts.signedInfo);
  writer.element(SIGNATURE_VALUE, parts.valueBase64(start, sink.length)).open(KEY_INFO);
  parts.writeReference(writer);
  writer.close().close();
}
