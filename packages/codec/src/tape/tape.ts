/**
 * The document model: the message's bytes and integers about them. Nothing is copied, nothing is a string, nothing
 * is allocated per node; one `Tape` serves message after message.
 *
 * Elements, attributes and namespace declarations are records of 32-bit words in document order. Text is not a
 * record: it is what lies between records, and the flags of the element around it say what to expect there.
 *
 *   <s:Body  wsu:Id="b" >  text  <m:x/>  text  </s:Body   >
 *   ▲ ▲ ▲  ▲             ▲                    ▲            ▲
 *   │ │ │  └ nameEnd     └ content            └ contentEnd └ end
 *   │ │ └ local        (empty-element tag: content = contentEnd = end)
 *   │ └ start + 1 is where the name begins
 *   └ start
 */

import { IdIndex } from './id-index.ts';

/** Words of an element record; read `elements[element * ELEMENT_WORDS + E.word]`. */
export const ELEMENT_WORDS = 16;
export const E = {
  /** Offset of `<`. */
  start: 0,
  /** Just past the QName of the start tag. */
  nameEnd: 1,
  /** Where the local name begins (past the colon, or start + 1). */
  local: 2,
  /** Just past `>` of the start tag. */
  content: 3,
  /** Offset of `<` of the end tag; for an empty-element tag the same as `end`. */
  contentEnd: 4,
  /** Just past `>` of the end tag. */
  end: 5,
  /** Index of the parent element, -1 for the root. */
  parent: 6,
  /** Index of the first element after this one's descendants. */
  next: 7,
  /** Index of the first attribute record. */
  attributes: 8,
  attributeCount: 9,
  /** Index of the first declaration record. */
  declarations: 10,
  declarationCount: 11,
  /** Prefix id; 0 for none. */
  prefix: 12,
  /** URI id of the element's namespace; 0 for none. */
  uri: 13,
  /** Bits of {@link Flag}. */
  flags: 14,
  /** Bit per prefix id (31 and above share bit 31) that a descendant's names use. */
  contentPrefixes: 15,
} as const;

/** Words of an attribute record (namespace declarations are not attributes). */
export const ATTRIBUTE_WORDS = 8;
export const A = {
  name: 0,
  local: 1,
  nameEnd: 2,
  /** Just past the opening quote. */
  value: 3,
  /** Offset of the closing quote. */
  valueEnd: 4,
  prefix: 5,
  uri: 6,
  flags: 7,
} as const;

/** Words of a declaration record. */
export const DECLARATION_WORDS = 4;
export const D = {
  prefix: 0,
  uri: 1,
  /** URI id that the prefix had outside this element; -1 for unbound. */
  shadowed: 2,
  /** Index of the element that carries it. */
  element: 3,
} as const;

/** What the scanner found while passing. */
export const Flag = {
  /** Element: both tags are written canonically (apart from which declarations stand there). */
  tagCanonical: 1,
  /** Element: everything inside is canonical as written, and no element inside declares a namespace. */
  contentCanonical: 2,
  /** Element: directly inside it there is text that is not white space. */
  hasText: 4,
  /** Element: directly inside it there is a comment. */
  hasComment: 8,
  /** Element: directly inside it there is a CDATA section. */
  hasCdata: 16,
  /** Element: directly inside it there is a reference (`&amp;`, `&#…;`). */
  hasReference: 32,
  /** Element: directly inside it there is a CR (a parser makes it LF). */
  hasCarriageReturn: 64,
  /** Element: it has child elements. */
  hasChild: 128,
  /** Attribute: the octets between the quotes are the value (no reference, TAB, LF or CR). */
  literal: 256,
  /** Attribute: and they are its canonical form, in double quotes, one blank before the name, no blank around `=`. */
  canonical: 512,
  /** Element: directly inside it there is a processing instruction. */
  hasProcessingInstruction: 1024,
  /** Element: its start tag is written canonically, apart from declarations and from being an empty-element tag. */
  startCanonical: 2048,
  /** Element: it is an empty-element tag. */
  emptyTag: 4096,
  /** Element: as {@link Flag.contentCanonical}, but inside there may be empty-element tags, which are still to be expanded. */
  contentExpandable: 8192,
} as const;

/** Content that is exactly the octets between the tags: no child, comment, CDATA, reference, CR or PI. */
export const NOT_LITERAL_TEXT: number =
  Flag.hasChild |
  Flag.hasComment |
  Flag.hasCdata |
  Flag.hasReference |
  Flag.hasCarriageReturn |
  Flag.hasProcessingInstruction;

/** One scanned document. Owned by whoever scans; valid until the next scan into it. Borrows the message's bytes. */
export class Tape {
  /** The scanned document: a view that the scanner sets. */
  bytes: Uint8Array = new Uint8Array(0);
  /** The same octets, to be read four at a time. */
  words: DataView = new DataView(this.bytes.buffer);
  elements: Int32Array = new Int32Array(ELEMENT_WORDS * 256);
  elementCount = 0;
  attributes: Int32Array = new Int32Array(ATTRIBUTE_WORDS * 256);
  attributeCount = 0;
  declarations: Int32Array = new Int32Array(DECLARATION_WORDS * 64);
  declarationCount = 0;

  /** Prefix id -> where its octets are in `bytes`; id 0 is the empty prefix, id 1 is `xml` (no offsets). */
  prefixStarts: Int32Array = new Int32Array(64);
  prefixEnds: Int32Array = new Int32Array(64);
  prefixCount = 0;

  /**
   * URI id -> its value (references resolved) in `uriBytes`. The first ids are those of `Namespace` in
   * vocabulary.ts, the same in every document; the others are the document's own.
   */
  uriBytes: Uint8Array = new Uint8Array(4096);
  /** The same octets, to be read four at a time. */
  uriWords: DataView = new DataView(this.uriBytes.buffer);
  uriStarts: Int32Array = new Int32Array(128);
  uriEnds: Int32Array = new Int32Array(128);
  uriCount = 0;
  /** URI id -> its place in the order of octets. Filled when a canonical form first needs it; then the count is `uriCount`. */
  uriRanks: Int32Array = new Int32Array(128);
  uriRankCount = 0;

  /** Comments and processing instructions anywhere, and where the first one stands (-1: none). */
  commentCount = 0;
  firstComment = -1;
  processingInstructionCount = 0;
  firstProcessingInstruction = -1;

  /** Attributes that may name an element, in document order: pairs (attribute index, element index). Filled by the scanner. */
  ids: Int32Array = new Int32Array(128);
  idCount = 0;
  /** The same by value, made when it is first needed. */
  readonly idIndex: IdIndex = new IdIndex();
  /** `Id` without a prefix names every element, and not those of XML Signature and Encryption alone. Set by `checkIds`. */
  unqualifiedIds = false;

  /** Makes it the tape of no document: there is no element on it. */
  clear(): void {
    this.elementCount = 0;
    this.attributeCount = 0;
    this.declarationCount = 0;
    this.idCount = 0;
    this.idIndex.isMade = false;
    this.unqualifiedIds = false;
    this.commentCount = 0;
    this.firstComment = -1;
    this.processingInstructionCount = 0;
    this.firstProcessingInstruction = -1;
  }
}
