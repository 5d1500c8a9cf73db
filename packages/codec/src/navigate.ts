/** Reading a tape: where to go next, what a thing is called, what it says. No query language, no strings unless asked. */
import { Fault } from '@parley/core';
import type { Tape } from './tape.ts';
import { A, ATTRIBUTE_WORDS, E, ELEMENT_WORDS, Flag, NOT_LITERAL_TEXT } from './tape.ts';
import { decodeText } from './text.ts';

/** First child element of `element`, or -1. */
export function firstChild(tape: Tape, element: number): number {
  return (tape.elements[element * ELEMENT_WORDS + E.flags]! & Flag.hasChild) === 0 ? -1 : element + 1;
}

/** Next sibling element of `element`, or -1. */
export function nextSibling(tape: Tape, element: number): number {
  const base = element * ELEMENT_WORDS;
  const next = tape.elements[base + E.next]!;
  if (next >= tape.elementCount) return -1;
  return tape.elements[next * ELEMENT_WORDS + E.parent] === tape.elements[base + E.parent] ? next : -1;
}

/** Index of the parent element, -1 for the root. */
export function parentOf(tape: Tape, element: number): number {
  return tape.elements[element * ELEMENT_WORDS + E.parent]!;
}

/** Whether `element` is called `{uri}local`; `local` is ASCII octets, see {@link localName}. */
export function isNamed(tape: Tape, element: number, uri: number, local: Uint8Array): boolean {
  const base = element * ELEMENT_WORDS;
  if (tape.elements[base + E.uri] !== uri) return false;
  const start = tape.elements[base + E.local]!;
  return bytesEqual(tape.bytes, start, tape.elements[base + E.nameEnd]!, local);
}

/** The URI id of the namespace of `element`. */
export function namespaceOf(tape: Tape, element: number): number {
  return tape.elements[element * ELEMENT_WORDS + E.uri]!;
}

/** The local name of `element` as a string: for messages to people and for results, not for decisions. */
export function localNameOf(tape: Tape, element: number): string {
  const base = element * ELEMENT_WORDS;
  return decodeText(tape.bytes, tape.elements[base + E.local]!, tape.elements[base + E.nameEnd]!);
}

/** The namespace of `element` as a string. */
export function namespaceUriOf(tape: Tape, element: number): string {
  return uriText(tape, namespaceOf(tape, element));
}

/** The text of URI id `uri`. */
export function uriText(tape: Tape, uri: number): string {
  return decodeText(tape.uriBytes, tape.uriStarts[uri]!, tape.uriEnds[uri]!);
}

/** The attribute `{uri}local` of `element`, or -1. */
export function attributeNamed(tape: Tape, element: number, uri: number, local: Uint8Array): number {
  const base = element * ELEMENT_WORDS;
  const first = tape.elements[base + E.attributes]!;
  const end = first + tape.elements[base + E.attributeCount]!;
  for (let attribute = first; attribute < end; attribute++) {
    const words = attribute * ATTRIBUTE_WORDS;
    if (tape.attributes[words + A.uri] !== uri) continue;
    if (bytesEqual(tape.bytes, tape.attributes[words + A.local]!, tape.attributes[words + A.nameEnd]!, local))
      return attribute;
  }
  return -1;
}

/** Whether the content of `element` is literally the octets between its tags. */
export function isLiteral(tape: Tape, element: number): boolean {
  return (tape.elements[element * ELEMENT_WORDS + E.flags]! & NOT_LITERAL_TEXT) === 0;
}

/** Whether `element` holds child elements and white space only: no text, comment, CDATA, reference or PI directly inside. */
export function isElementOnly(tape: Tape, element: number): boolean {
  const forbidden = Flag.hasText | Flag.hasComment | Flag.hasCdata | Flag.hasReference | Flag.hasProcessingInstruction;
  return (tape.elements[element * ELEMENT_WORDS + E.flags]! & forbidden) === 0;
}

/** Whether `bytes[start, end)` are exactly `expected`. */
export function bytesEqual(bytes: Uint8Array, start: number, end: number, expected: Uint8Array): boolean {
  const length = expected.length;
  if (end - start !== length) return false;
  for (let index = 0; index < length; index++) if (bytes[start + index] !== expected[index]) return false;
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
