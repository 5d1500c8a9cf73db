export type { CanonicalisationAlgorithm, CanonicalisationName } from './canonical/algorithms.ts';
export { CANONICALISATION_ALGORITHMS } from './canonical/algorithms.ts';
export type {
  CanonicalisationMethod,
  CanonicalisationOptions,
  ContentOptions,
  Replacement,
} from './canonical/options.ts';
export { canonicalise, canonicaliseContent, canonicaliseDocument } from './doors/canonicalise.ts';
export { readDocument, scan } from './doors/read.ts';
export type { ScanOptions } from './hot/scan/scan.ts';
export { loadLibxml } from './reader/second-reader.ts';
export type { Libxml } from './reader/second-reader.ts';
export {
  attributeText,
  firstChild,
  localNameOf,
  namespaceUriOf,
  nextSibling,
  parentOf,
  textOf,
} from './doors/navigate.ts';
export type { Drain } from './hot/octets/octet-sink.ts';
export { OctetSink } from './doors/octet-sink.ts';
export { READERS } from './reader/read-document.ts';
export type { Reader } from './reader/read-document.ts';
export { SchemaSet } from './schema/schema-set.ts';
export { validate } from './schema/validate.ts';
export type { SchemaFinding } from './schema/validate.ts';
export { WS_SCHEMAS, wsSchemaFiles, wsSchemas } from './schema/ws-schemas.ts';
export type { WsSchemas } from './schema/ws-schemas.ts';
export { Tape } from './tape/tape.ts';
export { NAMESPACE_URIS } from './tape/vocabulary.ts';
export { CanonicalElement } from './write/canonical-element.ts';
export { NamespaceBinding, QualifiedName } from './write/qualified-name.ts';
export { XmlWriter } from './write/xml-writer.ts';
export type { Attribute } from './write/xml-writer.ts';
