/** Strings on their way into a document, in the form that C14N prints. */
import { isUtf8 } from 'node:buffer';
import { Fault } from '@parley/core';
import type { OctetSink } from './octet-sink.ts';
import { isCharacter } from './references.ts';

const ASCII = 0x80;

const IN_TEXT: Escapes = escapesOf({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#xD;' });
const IN_ATTRIBUTE: Escapes = escapesOf({
  '&': '&amp;',
  '<': '&lt;',
  '"': '&quot;',
  '\t': '&#x9;',
  '\n': '&#xA;',
  '\r': '&#xD;',
});

const UNCARRIED = 'a character that XML cannot carry';

/** Appends `text` as character data. @throws Fault `caller.input-invalid` for a character that XML cannot carry */
export function writeEscapedText(text: string, out: OctetSink): void {
  writeEscaped(text, out, IN_TEXT);
}

/** Appends `text` as an attribute value for double quotes. @throws Fault `caller.input-invalid` for a character that XML cannot carry */
export function writeEscapedAttribute(text: string, out: OctetSink): void {
  writeEscaped(text, out, IN_ATTRIBUTE);
}

/**
 * {@link writeEscapedText} for text in UTF-8.
 * @throws Fault `caller.input-invalid` also for what is no UTF-8
 */
export function writeEscapedOctets(octets: Uint8Array, out: OctetSink): void {
  if (!isText(octets)) throw new Fault('caller.input-invalid', { reason: UNCARRIED });
  for (const octet of octets) {
    const reference = IN_TEXT.references[octet];
    if (reference === undefined) out.writeOctet(octet);
    else out.writeText(reference);
  }
}

/** What must not stand for itself. */
interface Escapes {
  /** ASCII code -> 1 when the character is written as it is. */
  readonly isPlain: Uint8Array;
  /** ASCII code -> what is written for it. */
  readonly references: readonly (string | undefined)[];
}

function escapesOf(table: Readonly<Record<string, string>>): Escapes {
  const codes = Array.from({ length: ASCII }, (_, code) => code);
  const references = codes.map((code) => table[String.fromCharCode(code)]);
  return {
    references,
    isPlain: Uint8Array.from(codes, (code) => (isCharacter(code) && references[code] === undefined ? 1 : 0)),
  };
}

function writeEscaped(text: string, out: OctetSink, escapes: Escapes): void {
  for (let at = writePlain(text, 0, out, escapes); at < text.length; at = writePlain(text, at, out, escapes)) {
    const code = text.codePointAt(at)!;
    const reference = escapes.references[code];
    if (reference !== undefined) out.writeText(reference);
    else if (isCharacter(code)) out.writeCodePoint(code);
    else throw new Fault('caller.input-invalid', { reason: UNCARRIED, index: at, code });
    at += code > 0xffff ? 2 : 1;
  }
}

/** Appends the characters from `start` on that are one octet and need no escape; gives where they end. */
function writePlain(text: string, start: number, out: OctetSink, { isPlain }: Escapes): number {
  out.reserve(text.length - start);
  const { bytes } = out;
  let { length } = out;
  let at = start;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code >= ASCII || isPlain[code] === 0) break;
    bytes[length++] = code;
  }
  out.length = length;
  return at;
}

function isText(octets: Uint8Array): boolean {
  if (!isUtf8(octets)) return false;
  return octets.every((octet, at) =>
    octet < ASCII ? isCharacter(octet) : !(octet === 0xef && octets[at + 1] === 0xbf && octets[at + 2]! >= 0xbe),
  );
}
