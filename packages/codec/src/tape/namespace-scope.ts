/** Namespaces in scope at an element, as strings: for QNames in content and for writing into a message. */
import { uriText } from './navigate.ts';
import type { Tape } from './tape.ts';
import { A, ATTRIBUTE_WORDS, D, DECLARATION_WORDS, E, ELEMENT_WORDS } from './tape.ts';
import { decodeText } from './text.ts';
import { NAMESPACE_URIS, Namespace } from './vocabulary.ts';

const XML_URI: string = NAMESPACE_URIS[Namespace.xml]!;

/** A prefix bound to `uri` in scope at `element`, the nearest declaration first; '' is the default namespace. */
export function prefixFor(tape: Tape, element: number, uri: string): string | undefined {
  if (uri === XML_URI) return 'xml';
  const hidden = new Set<number>();
  for (let at = element; at >= 0; at = tape.elements[at * ELEMENT_WORDS + E.parent]!) {
    const first = tape.elements[at * ELEMENT_WORDS + E.declarations]!;
    const end = first + tape.elements[at * ELEMENT_WORDS + E.declarationCount]!;
    for (let declaration = first; declaration < end; declaration++) {
      const prefix = tape.declarations[declaration * DECLARATION_WORDS + D.prefix]!;
      if (hidden.has(prefix)) continue;
      hidden.add(prefix);
      if (uriText(tape, tape.declarations[declaration * DECLARATION_WORDS + D.uri]!) === uri)
        return prefixText(tape, prefix);
    }
  }
  return uri === '' && !hidden.has(0) ? '' : undefined;
}

/** What `prefix` ('' for the default namespace) is bound to at `element`; '' is "no namespace". */
export function uriOfPrefix(tape: Tape, element: number, prefix: string): string | undefined {
  if (prefix === 'xml') return XML_URI;
  for (let at = element; at >= 0; at = tape.elements[at * ELEMENT_WORDS + E.parent]!) {
    const first = tape.elements[at * ELEMENT_WORDS + E.declarations]!;
    const end = first + tape.elements[at * ELEMENT_WORDS + E.declarationCount]!;
    for (let declaration = first; declaration < end; declaration++) {
      const base = declaration * DECLARATION_WORDS;
      if (prefixText(tape, tape.declarations[base + D.prefix]!) === prefix) {
        return uriText(tape, tape.declarations[base + D.uri]!);
      }
    }
  }
  return prefix === '' ? '' : undefined;
}

/** Whether the name of `element` or of one of its attributes has this prefix with this meaning. */
export function isVisiblyUsed(tape: Tape, element: number, prefix: string, uri: string): boolean {
  const base = element * ELEMENT_WORDS;
  const isUsed = (prefixId: number, uriId: number): boolean =>
    prefixText(tape, prefixId) === prefix && uriText(tape, uriId) === uri;
  if (isUsed(tape.elements[base + E.prefix]!, tape.elements[base + E.uri]!)) return true;
  const first = tape.elements[base + E.attributes]!;
  const end = first + tape.elements[base + E.attributeCount]!;
  for (let attribute = first; attribute < end; attribute++) {
    const words = attribute * ATTRIBUTE_WORDS;
    if (isUsed(tape.attributes[words + A.prefix]!, tape.attributes[words + A.uri]!)) return true;
  }
  return false;
}

/** `wanted`, with a number if need be: a prefix that the document declares nowhere, so that adding it changes no name. */
export function unusedPrefix(tape: Tape, wanted: string): string {
  const taken = new Set<string>();
  for (let prefix = 0; prefix < tape.prefixCount; prefix++) taken.add(prefixText(tape, prefix));
  let unused = wanted;
  for (let number = 1; taken.has(unused); number++) unused = `${wanted}${number}`;
  return unused;
}

function prefixText(tape: Tape, prefix: number): string {
  return prefix === 1 ? 'xml' : decodeText(tape.bytes, tape.prefixStarts[prefix]!, tape.prefixEnds[prefix]!);
}
