/** Reading a tape: where to go next, what a thing is called, what it says. No query language, no strings unless asked. */
import { Fault } from '@parley/core';
import type { Tape } from './tape.ts';
import { A, ATTRIBUTE_WORDS, E, ELEMENT_WORDS, Flag, NOT_LITERAL_TEXT } from './tape.ts';
import { decodeText, isText } from './text.ts';

// perf: constants of this module are folded into its code, imported ones are looked up at every use.
const RECORD = ELEMENT_WORDS;
const ATTRIBUTE = ATTRIBUTE_WORDS;
const { flags: FLAGS, next: NEXT, parent: PARENT, uri: URI, local: LOCAL, nameEnd: NAME_END } = E;
const { attributes: ATTRIBUTES, attributeCount: ATTRIBUTE_COUNT } = E;
const { uri: ATTRIBUTE_URI, local: ATTRIBUTE_LOCAL, nameEnd: ATTRIBUTE_NAME_END } = A;
const HAS_CHILD = Flag.hasChild;
const NOT_LITERAL = NOT_LITERAL_TEXT;
const NOT_COMMENTED = Flag.hasText | Flag.hasCdata | Flag.hasReference | Flag.hasProcessingInstruction;
const NOT_ELEMENT_ONLY = NOT_COMMENTED | Flag.hasComment;

/** First child element of `element`, or -1. */
export function firstChild(tape: Tape, element: number): number {
  return (tape.elements[element * RECORD + FLAGS]! & HAS_CHILD) === 0 ? -1 : element + 1;
}

/** Next sibling element of `element`, or -1. */
export function nextSibling(tape: Tape, element: number): number {
  const base = element * RECORD;
  const next = tape.elements[base + NEXT]!;
  if (next >= tape.elementCount) return -1;
  return tape.elements[next * RECORD + PARENT] === tape.elements[base + PARENT] ? next : -1;
}

/** Index of the parent element, -1 for the root. */
export function parentOf(tape: Tape, element: number): number {
  return tape.elements[element * RECORD + PARENT]!;
}

/** Whether `element` is called `{uri}local`; `local` is ASCII octets, see {@link localName}. */
export function isNamed(tape: Tape, element: number, uri: number, local: Uint8Array): boolean {
  const base = element * RECORD;
  if (tape.elements[base + URI] !== uri) return false;
  const start = tape.elements[base + LOCAL]!;
  return bytesEqual(tape.bytes, start, tape.elements[base + NAME_END]!, local);
}

/** The URI id of the namespace of `element`. */
export function namespaceOf(tape: Tape, element: number): number {
  return tape.elements[element * RECORD + URI]!;
}

/** The local name of `element` as a string: for messages to people and for results, not for decisions. */
export function localNameOf(tape: Tape, element: number): string {
  const base = element * RECORD;
  return decodeText(tape.bytes, tape.elements[base + LOCAL]!, tape.elements[base + NAME_END]!);
}

/** The namespace of `element` as a string. */
export function namespaceUriOf(tape: Tape, element: number): string {
  return uriText(tape, namespaceOf(tape, element));
}

/** Whether `element` is `{uri}local`; any local name without `local`. perf: no string is made of what is compared with one. */
export function hasName(tape: Tape, element: number, uri: string, local?: string): boolean {
  const id = namespaceOf(tape, element);
  if (!isText(tape.uriBytes, tape.uriStarts[id]!, tape.uriEnds[id]!, uri)) return false;
  const base = element * RECORD;
  return (
    local === undefined || isText(tape.bytes, tape.elements[base + LOCAL]!, tape.elements[base + NAME_END]!, local)
  );
}

/** The text of URI id `uri`. */
export function uriText(tape: Tape, uri: number): string {
  return decodeText(tape.uriBytes, tape.uriStarts[uri]!, tape.uriEnds[uri]!);
}

/** The attribute `{uri}local` of `element`, or -1. */
export function attributeNamed(tape: Tape, element: number, uri: number, local: Uint8Array): number {
  const base = element * RECORD;
  const first = tape.elements[base + ATTRIBUTES]!;
  const end = first + tape.elements[base + ATTRIBUTE_COUNT]!;
  for (let attribute = first; attribute < end; attribute++) {
    const words = attribute * ATTRIBUTE;
    if (tape.attributes[words + ATTRIBUTE_URI] !== uri) continue;
    if (
      bytesEqual(
        tape.bytes,
        tape.attributes[words + ATTRIBUTE_LOCAL]!,
        tape.attributes[words + ATTRIBUTE_NAME_END]!,
        local,
      )
    )
      return attribute;
  }
  return -1;
}

/** Whether the content of `element` is literally the octets between its tags. */
export function isLiteral(tape: Tape, element: number): boolean {
  return (tape.elements[element * RECORD + FLAGS]! & NOT_LITERAL) === 0;
}

/** Whether `element` holds child elements and white space only: no text, comment, CDATA, reference or PI directly inside. */
export function isElementOnly(tape: Tape, element: number): boolean {
  return (tape.elements[element * RECORD + FLAGS]! & NOT_ELEMENT_ONLY) === 0;
}

/** The same, with comments or without. */
export function isElementOnlyButComments(tape: Tape, element: number): boolean {
  return (tape.elements[element * RECORD + FLAGS]! & NOT_COMMENTED) === 0;
}

/** Whether the document has the same octets in [left, left + length) as in [right, right + length). */
export function sameMarkup(tape: Tape, left: number, right: number, length: number): boolean {
  const { bytes, words } = tape;
  if (left + length > bytes.length || right + length > bytes.length) return false;
  let index = 0;
  // perf: four octets at a time take a third of the time.
  for (; index + 4 <= length; index += 4) {
    if (words.getInt32(left + index, true) !== words.getInt32(right + index, true)) return false;
  }
  for (; index < length; index++) if (bytes[left + index] !== bytes[right + index]) return false;
  return true;
}

/** Whether `bytes[start, end)` are exactly `expected`. */
export function bytesEqual(bytes: Uint8Array, start: number, end: number, expected: Uint8Array): boolean {
  const length = expected.length;
  // perf: names and URIs of one length mostly differ in their last octet.
  if (end - start !== length || (length > 0 && bytes[end - 1] !== expected[length - 1])) return false;
  let index = 0;
  // perf: the engine checks for interrupts once a turn, so a turn takes four.
  for (; index + 4 < length; index += 4) {
    const from = start + index;
    if (bytes[from] !== expected[index] || bytes[from + 1] !== expected[index + 1]) return false;
    if (bytes[from + 2] !== expected[index + 2] || bytes[from + 3] !== expected[index + 3]) return false;
  }
  for (; index < length; index++) if (bytes[start + index] !== expected[index]) return false;
  return true;
}

/** ASCII octets of a local name, for {@link isNamed} and {@link attributeNamed}. */
export function localName(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code > 0x7f) throw new Fault('internal.invariant', { claim: 'names of the vocabulary are ASCII' });
    bytes[index] = code;
  }
  return bytes;
}
