import type { ContentOptions } from '../canonical/options.ts';
import { canonicalise } from '../hot/canonical/canonicalise.ts';
import { Octet } from '../hot/octets/octet.ts';
import { compareOctets } from '../hot/octets/octet-hash.ts';
import type { OctetSink } from '../hot/octets/octet-sink.ts';
import { uriText } from '../tape/navigate.ts';
import type { Tape } from '../tape/tape.ts';
import { A, ATTRIBUTE_WORDS, E, ELEMENT_WORDS } from '../tape/tape.ts';
import { decodeText } from '../tape/text.ts';
import type { AddedAttribute } from './added-attribute.ts';
import type { QualifiedName } from './qualified-name.ts';

const { blank: BLANK, colon: COLON, doubleQuote: DOUBLE_QUOTE, equals: EQUALS } = Octet;
const XMLNS: Uint8Array = new TextEncoder().encode(' xmlns');
/** An end tag is two octets longer than the start tag up to its name: `</n>`, `<n`. */
const END_TAG_MORE_BYTES = 2;

/**
 * Appends the exclusive canonical form of `element` as it will be once `added` is in its start tag: the digest of a
 * document that does not exist yet, or with `shieldDefaultNamespace` its plaintext.
 */
export function canonicalisePart(
  tape: Tape,
  element: number,
  added: AddedAttribute | undefined,
  out: OctetSink,
  options: ContentOptions = {},
): void {
  const nameEnd = out.length + tagNameBytes(tape, element);
  canonicalise(tape, element, out, options);
  if (added !== undefined) addAttribute(tape, element, added, nameEnd, out);
}

/** Replaces the content of `element`, whose canonical form `out` holds from `start` to its end, by canonical octets. */
export function replaceCanonicalContent(
  tape: Tape,
  element: number,
  start: number,
  content: Uint8Array,
  out: OctetSink,
): void {
  const nameBytes = tagNameBytes(tape, element);
  const endTag = out.bytes.slice(out.length - nameBytes - END_TAG_MORE_BYTES, out.length);
  let at = start + nameBytes;
  while (out.bytes[at] === BLANK) at = attributeEnd(out.bytes, at);
  out.length = at + 1;
  out.write(content, 0, content.length);
  out.write(endTag, 0, endTag.length);
}

/** Octets of `<name`. */
function tagNameBytes(tape: Tape, element: number): number {
  const base = element * ELEMENT_WORDS;
  return tape.elements[base + E.nameEnd]! - tape.elements[base + E.start]!;
}

function addAttribute(tape: Tape, element: number, added: AddedAttribute, nameEnd: number, out: OctetSink): void {
  const { bytes } = out;
  const { markup, name } = added;
  let at = nameEnd;
  while (isDeclaration(bytes, at) && declaresBefore(bytes, at, name)) at = attributeEnd(bytes, at);
  const declarationAt = at;
  while (isDeclaration(bytes, at)) at = attributeEnd(bytes, at);
  for (let count = attributesBefore(tape, element, name); count > 0; count--) at = attributeEnd(bytes, at);
  const split = name.namespace.declaration.length;
  insert(out, at, markup, split, markup.length);
  insert(out, declarationAt, markup, 0, split);
}

/** Just past the attribute whose blank is at `at`: canonical values hold no double quote. */
function attributeEnd(bytes: Uint8Array, at: number): number {
  let end = at;
  while (bytes[end] !== DOUBLE_QUOTE) end++;
  end++;
  while (bytes[end] !== DOUBLE_QUOTE) end++;
  return end + 1;
}

function isDeclaration(bytes: Uint8Array, at: number): boolean {
  for (let index = 0; index < XMLNS.length; index++) if (bytes[at + index] !== XMLNS[index]) return false;
  const after = bytes[at + XMLNS.length];
  return after === COLON || after === EQUALS;
}

/** Whether the declaration at `at` has a prefix that C14N prints before that of `name`; the default namespace comes first. */
function declaresBefore(bytes: Uint8Array, at: number, { attribute, namespace }: QualifiedName): boolean {
  const prefix = at + XMLNS.length + 1;
  if (bytes[prefix - 1] === EQUALS) return true;
  return compareOctets(bytes, prefix, bytes.indexOf(EQUALS, prefix), attribute, 1, 1 + namespace.prefix.length) < 0;
}

/** How many attributes of `element` C14N prints before `name`. */
function attributesBefore(tape: Tape, element: number, name: QualifiedName): number {
  const first = tape.elements[element * ELEMENT_WORDS + E.attributes]!;
  const end = first + tape.elements[element * ELEMENT_WORDS + E.attributeCount]!;
  let count = 0;
  for (let attribute = first; attribute < end; attribute++) if (isBefore(tape, attribute, name)) count++;
  return count;
}

// What we write is ASCII, so comparing code units is comparing octets.
function isBefore(tape: Tape, attribute: number, name: QualifiedName): boolean {
  const base = attribute * ATTRIBUTE_WORDS;
  const uri = uriText(tape, tape.attributes[base + A.uri]!);
  if (uri !== name.namespace.uri) return uri < name.namespace.uri;
  return decodeText(tape.bytes, tape.attributes[base + A.local]!, tape.attributes[base + A.nameEnd]!) < name.local;
}

function insert(out: OctetSink, at: number, octets: Uint8Array, start: number, end: number): void {
  const size = end - start;
  out.reserve(size);
  const { bytes } = out;
  bytes.copyWithin(at + size, at, out.length);
  for (let index = 0; index < size; index++) bytes[at + index] = octets[start + index]!;
  out.length += size;
}
