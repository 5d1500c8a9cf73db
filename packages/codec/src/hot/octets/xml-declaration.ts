import { Fault } from '@parley/core';
import { malformed } from './malformed.ts';
import { skipSpace } from './markup.ts';
import { Octet, SPACE } from './octet.ts';

const {
  doubleQuote: DOUBLE_QUOTE,
  equals: EQUALS,
  greater: GREATER,
  question: QUESTION,
  singleQuote: SINGLE_QUOTE,
} = Octet;

/** Whether an XML declaration stands at `start`, and not a processing instruction whose target begins with `xml`. */
export function isXmlDeclaration(bytes: Uint8Array, start: number): boolean {
  return isWord(bytes, start, '<?xml') && SPACE[bytes[start + 5]!] === 1;
}

/**
 * Just past the XML declaration at `start` (XML 1.0 production 23).
 * @throws Fault `peer.xml-version` unless 1.0, `peer.encoding-forbidden` unless UTF-8, `peer.xml-malformed`
 */
export function xmlDeclarationEnd(bytes: Uint8Array, start: number): number {
  let at = skipSpace(bytes, start + 5);
  let value = pseudoAttribute(bytes, at, 'version');
  if (value < 0) malformed(at, 'xml-declaration');
  let end = quotedEnd(bytes, value);
  if (end - value !== 3 || !isWord(bytes, value, '1.0')) throw new Fault('peer.xml-version', { offset: value });
  at = afterValue(bytes, end);

  value = pseudoAttribute(bytes, at, 'encoding');
  if (value >= 0) {
    end = quotedEnd(bytes, value);
    if (end - value !== 5 || !isUtf8Name(bytes, value)) throw new Fault('peer.encoding-forbidden', { offset: value });
    at = afterValue(bytes, end);
  }

  value = pseudoAttribute(bytes, at, 'standalone');
  if (value >= 0) {
    end = quotedEnd(bytes, value);
    const yes = end - value === 3 && isWord(bytes, value, 'yes');
    const no = end - value === 2 && isWord(bytes, value, 'no');
    if (!yes && !no) malformed(value, 'xml-declaration');
    at = afterValue(bytes, end);
  }
  if (bytes[at] !== QUESTION || bytes[at + 1] !== GREATER) malformed(at, 'xml-declaration');
  return at + 2;
}

/** Where an encoding declaration stands, and the name in it. */
export interface EncodingDeclaration {
  /** Offset of the word `encoding`. */
  readonly start: number;
  readonly name: number;
  /** Offset of the closing quote. */
  readonly nameEnd: number;
}

/**
 * The encoding declaration in the XML declaration at `start`, if there is one. Octets below 80 must mean ASCII.
 * @throws Fault `peer.xml-malformed`
 */
export function encodingDeclaration(bytes: Uint8Array, start: number): EncodingDeclaration | undefined {
  // Every loop here stops at a `>`; without one, nothing is a document.
  if (!isXmlDeclaration(bytes, start) || !bytes.includes(GREATER, start)) return undefined;
  let at = skipSpace(bytes, start + 5);
  const version = pseudoAttribute(bytes, at, 'version');
  if (version < 0) malformed(at, 'xml-declaration');
  at = afterValue(bytes, quotedEnd(bytes, version));
  const name = pseudoAttribute(bytes, at, 'encoding');
  return name < 0 ? undefined : { start: at, name, nameEnd: quotedEnd(bytes, name) };
}

/** Where the value of `name="…"` begins if that is what stands at `start`, or -1. */
function pseudoAttribute(bytes: Uint8Array, start: number, name: string): number {
  if (!isWord(bytes, start, name)) return -1;
  let at = skipSpace(bytes, start + name.length);
  if (bytes[at] !== EQUALS) malformed(at, 'xml-declaration');
  at = skipSpace(bytes, at + 1);
  if (bytes[at] !== DOUBLE_QUOTE && bytes[at] !== SINGLE_QUOTE) malformed(at, 'xml-declaration');
  return at + 1;
}

/** Offset of the quote that closes the value beginning at `start`. */
function quotedEnd(bytes: Uint8Array, start: number): number {
  const quote = bytes[start - 1];
  let at = start;
  for (; bytes[at] !== quote; at++)
    if (bytes[at] === GREATER || bytes[at] === QUESTION) malformed(at, 'xml-declaration');
  return at;
}

/** Passes the closing quote at `quote` and the white space that must stand there unless the declaration ends. */
function afterValue(bytes: Uint8Array, quote: number): number {
  const at = skipSpace(bytes, quote + 1);
  if (at === quote + 1 && bytes[at] !== QUESTION) malformed(at, 'xml-declaration');
  return at;
}

function isUtf8Name(bytes: Uint8Array, start: number): boolean {
  return (
    (bytes[start]! | 0x20) === 0x75 &&
    (bytes[start + 1]! | 0x20) === 0x74 &&
    (bytes[start + 2]! | 0x20) === 0x66 &&
    isWord(bytes, start + 3, '-8')
  );
}

function isWord(bytes: Uint8Array, start: number, word: string): boolean {
  for (let index = 0; index < word.length; index++) if (bytes[start + index] !== word.charCodeAt(index)) return false;
  return true;
}
