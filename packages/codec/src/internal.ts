// What the other packages of Parley, its tests and its benchmarks use of this one beside what is public. No promise is made
// for it: names come and go without a new major version.

// What is public, without a look at what it is given.
export { canonicalise, canonicaliseContent, canonicaliseDocument } from './hot/canonical/canonicalise.ts';
export { sameOctets } from './hot/octets/octet-hash.ts';
export { OctetSink } from './hot/octets/octet-sink.ts';
export { scan } from './hot/scan/scan.ts';
export type { ContentRules, HoleKind, Piece } from './hot/template/image.ts';
export { Hole } from './hot/template/image.ts';
export type { TemplateHole, TemplatePart } from './hot/template/make-template.ts';
export {
  canonicalOctets,
  canonicalPieces,
  makeTemplate,
  markedCopy,
  piecesOf,
  startTagEnd,
  templateOf,
} from './hot/template/make-template.ts';
export type { Matcher } from './hot/template/matcher.ts';
export { octetMatcher } from './hot/template/octet-matcher.ts';
export type { OctetTemplate } from './hot/template/octet-template.ts';
export { PlainMatcher } from './hot/template/plain-template.ts';
export type { NativeDocument, NativeError, NativeLibxml, NativeParseOptions } from './libxml/native.ts';
export { loadNative } from './libxml/native.ts';
export { readDocument, utf8Octets } from './reader/read-document.ts';
export { checkIds, isForeignId, resolveId } from './tape/element-ids.ts';
export { isVisiblyUsed, prefixFor, unusedPrefix, uriOfPrefix } from './tape/namespace-scope.ts';
export {
  attributeNamed,
  bytesEqual,
  firstChild,
  hasName,
  isElementOnly,
  isElementOnlyButComments,
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
} from './tape/navigate.ts';
export { A, ATTRIBUTE_WORDS, D, DECLARATION_WORDS, E, ELEMENT_WORDS, Flag, NOT_LITERAL_TEXT } from './tape/tape.ts';
export { attributeText, decodeText, textOf } from './tape/text.ts';
export type { OctetRange } from './tape/value-octets.ts';
export { attributeOctets, textOctets } from './tape/value-octets.ts';
export { Namespace, NETRM_URI } from './tape/vocabulary.ts';
export { AddedAttribute } from './write/added-attribute.ts';
export { canonicalisePart, replaceCanonicalContent } from './write/canonicalise-part.ts';
export type { VersionedNames } from './write/qualified-name.ts';
export { namesIn, UNQUALIFIED } from './write/qualified-name.ts';
export type { Patch } from './write/splice.ts';
export { splice } from './write/splice.ts';
