import { Fault } from '@parley/core';
import type { Tape } from '../../tape/tape.ts';
import { D, DECLARATION_WORDS } from '../../tape/tape.ts';
import { Namespace } from '../../tape/vocabulary.ts';
import { malformed } from '../octets/malformed.ts';
import { doubled } from '../octets/octet-hash.ts';
import { OctetSink } from '../octets/octet-sink.ts';
import { writeAttributeValue } from '../octets/plain-text.ts';
import type { PrefixTable } from './prefix-table.ts';
import type { UriTable } from './uri-table.ts';

const XMLNS = [0x78, 0x6d, 0x6c, 0x6e, 0x73];
const XML_PREFIX = 1;
const plainValue = new OctetSink(256);

/** Whether `bytes[start, start + 5)` is `xmlns`. */
export function isXmlns(bytes: Uint8Array, start: number): boolean {
  for (let index = 1; index < 5; index++) if (bytes[start + index] !== XMLNS[index]) return false;
  return bytes[start] === XMLNS[0];
}

/**
 * Records one namespace declaration of `element` and brings it into scope. An empty prefix range is the default namespace.
 * @throws Fault `peer.xml-malformed`, `peer.xml-relative-namespace`, `peer.limit-namespaces`
 */
export function declare(
  tape: Tape,
  prefixes: PrefixTable,
  uris: UriTable,
  element: number,
  prefixStart: number,
  prefixEnd: number,
  value: number,
  valueEnd: number,
  isLiteral: boolean,
): void {
  const bytes = tape.bytes;
  const uri = internValue(tape, uris, value, valueEnd, isLiteral);
  const prefix = prefixStart === prefixEnd ? 0 : prefixes.intern(tape, prefixStart, prefixEnd);
  if (prefix !== 0 && uri === Namespace.none) malformed(prefixStart, 'prefix-undeclaration');
  if (prefixEnd - prefixStart === 5 && isXmlns(bytes, prefixStart)) malformed(prefixStart, 'reserved-prefix');
  if ((prefix === XML_PREFIX) !== (uri === Namespace.xml)) malformed(value, 'reserved-namespace');
  if (uri === Namespace.xmlns) malformed(value, 'reserved-namespace');
  if (prefixes.owners[prefix] === element) malformed(prefixStart, 'duplicate-attribute');

  const at = tape.declarationCount * DECLARATION_WORDS;
  if (at + DECLARATION_WORDS > tape.declarations.length) tape.declarations = doubled(tape.declarations);
  const words = tape.declarations;
  words[at + D.prefix] = prefix;
  words[at + D.uri] = uri;
  words[at + D.shadowed] = prefixes.bindings[prefix]!;
  words[at + D.element] = element;
  tape.declarationCount++;
  prefixes.bindings[prefix] = uri;
  prefixes.owners[prefix] = element;
}

/** Takes the declarations [first, first + count) out of scope again. */
export function undeclare(tape: Tape, prefixes: PrefixTable, first: number, count: number): void {
  const words = tape.declarations;
  for (let declaration = first + count - 1; declaration >= first; declaration--) {
    const at = declaration * DECLARATION_WORDS;
    prefixes.bindings[words[at + D.prefix]!] = words[at + D.shadowed]!;
  }
}

function internValue(tape: Tape, uris: UriTable, value: number, valueEnd: number, isLiteral: boolean): number {
  try {
    if (isLiteral) return uris.intern(tape, tape.bytes, value, valueEnd);
    plainValue.reset();
    writeAttributeValue(tape.bytes, value, valueEnd, plainValue);
    return uris.intern(tape, plainValue.bytes, 0, plainValue.length);
  } catch (error) {
    if (error instanceof Fault) throw new Fault(error.code, { offset: value });
    throw error;
  }
}
