/** Namespaces in scope at an element, as strings: for QNames in content and for writing into a message. */
import { uriText } from './navigate.ts';
import type { Tape } from './tape.ts';
import { D, DECLARATION_WORDS, E, ELEMENT_WORDS } from './tape.ts';
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

function prefixText(tape: Tape, prefix: number): string {
  return prefix === 1 ? 'xml' : decodeText(tape.bytes, tape.prefixStarts[prefix]!, tape.prefixEnds[prefix]!);
}
