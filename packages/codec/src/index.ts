export type { CanonicalisationAlgorithm, CanonicalisationName } from './canonicalisation-algorithms.ts';
export { CANONICALISATION_ALGORITHMS } from './canonicalisation-algorithms.ts';
export type {
  CanonicalisationMethod,
  CanonicalisationOptions,
  ContentOptions,
  Replacement,
} from './canonicalisation-options.ts';
export { checkIds, resolveId } from './element-ids.ts';
export { canonicalise, canonicaliseContent, canonicaliseDocument } from './hot/canonicalise.ts';
export { scan } from './hot/scan.ts';
export type { ScanOptions } from './hot/scan.ts';
export { loadLibxml } from './libxml.ts';
export type { Libxml } from './libxml.ts';
export { loadNative } from './libxml-native.ts';
export type { NativeDocument, NativeError, NativeLibxml, NativeParseOptions } from './libxml-native.ts';
export { isVisiblyUsed, prefixFor, unusedPrefix, uriOfPrefix } from './namespace-scope.ts';
export {
  attributeNamed,
  bytesEqual,
  firstChild,
  isElementOnly,
  isLiteral,
  isNamed,
  localName,
  localNameOf,
  namespaceOf,
  namespaceUriOf,
  nextSibling,
  parentOf,
  sameMarkup,
  uriText,
} from './navigate.ts';
export type { Drain } from './octet-sink.ts';
export { OctetSink } from './octet-sink.ts';
export { READERS, readDocument, utf8Octets } from './reader/read-document.ts';
export type { Reader } from './reader/read-document.ts';
export { SchemaSet } from './schema/schema-set.ts';
export { validate } from './schema/validate.ts';
export type { SchemaFinding } from './schema/validate.ts';
export { WS_SCHEMAS, wsSchemaFiles, wsSchemas } from './schema/ws-schemas.ts';
export type { WsSchemas } from './schema/ws-schemas.ts';
export { splice } from './splice.ts';
export type { Patch } from './splice.ts';
export {
  A,
  ATTRIBUTE_WORDS,
  D,
  DECLARATION_WORDS,
  E,
  ELEMENT_WORDS,
  Flag,
  NOT_LITERAL_TEXT,
  Tape,
} from './tape.ts';
export { attributeText, decodeText, textOf } from './text.ts';
export { NAMESPACE_URIS, Namespace } from './vocabulary.ts';
export { AddedAttribute } from './write/added-attribute.ts';
export { CanonicalElement } from './write/canonical-element.ts';
export { canonicalisePart, replaceCanonicalContent } from './write/canonicalise-part.ts';
export { NamespaceBinding, namesIn, QualifiedName, UNQUALIFIED } from './write/qualified-name.ts';
export type { VersionedNames } from './write/qualified-name.ts';
export { XmlWriter } from './write/xml-writer.ts';
export type { Attribute } from './write/xml-writer.ts';
