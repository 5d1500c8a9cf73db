/** Character references and the five built-in entities: there are no others without a DTD. */
import { malformed } from './malformed.ts';
import { Octet } from './octet.ts';

const { ampersand: AMPERSAND, hash: HASH, semicolon: SEMICOLON } = Octet;

const SMALL_X = 0x78;

/** Just past the `;` of the reference whose `&` is at `start`. @throws Fault `peer.xml-malformed` */
export function referenceEnd(bytes: Uint8Array, start: number): number {
  switch (bytes[start + 1]) {
    case HASH:
      return characterReferenceEnd(bytes, start);
    case 0x61: // a
      if (bytes[start + 2] === 0x6d && bytes[start + 3] === 0x70 && bytes[start + 4] === SEMICOLON) return start + 5;
      if (
        bytes[start + 2] === 0x70 &&
        bytes[start + 3] === 0x6f &&
        bytes[start + 4] === 0x73 &&
        bytes[start + 5] === SEMICOLON
      ) {
        return start + 6;
      }
      break;
    case 0x6c: // l
    case 0x67: // g
      if (bytes[start + 2] === 0x74 && bytes[start + 3] === SEMICOLON) return start + 4;
      break;
    case 0x71: // q
      if (
        bytes[start + 2] === 0x75 &&
        bytes[start + 3] === 0x6f &&
        bytes[start + 4] === 0x74 &&
        bytes[start + 5] === SEMICOLON
      ) {
        return start + 6;
      }
      break;
  }
  return malformed(start, 'entity');
}

function characterReferenceEnd(bytes: Uint8Array, start: number): number {
  const hexadecimal = bytes[start + 2] === SMALL_X;
  const first = start + (hexadecimal ? 3 : 2);
  const base = hexadecimal ? 16 : 10;
  let code = 0;
  let at = first;
  for (; bytes[at] !== SEMICOLON; at++) {
    const digit = digitOf(bytes[at]!);
    if (digit >= base) malformed(start, 'character-reference');
    code = code * base + digit;
    // safety: stop here, so that no number of digits overflows into the allowed range.
    if (code > 0x10ffff) malformed(start, 'character-reference');
  }
  if (at === first || !isCharacter(code)) malformed(start, 'character-reference');
  return at + 1;
}

/** The code point that the checked reference at `start` stands for. */
export function referenceCodePoint(bytes: Uint8Array, start: number): number {
  switch (bytes[start + 1]) {
    case 0x61: // a
      return bytes[start + 2] === 0x6d ? AMPERSAND : 0x27;
    case 0x6c: // l
      return 0x3c;
    case 0x67: // g
      return 0x3e;
    case 0x71: // q
      return 0x22;
  }
  const hexadecimal = bytes[start + 2] === SMALL_X;
  const base = hexadecimal ? 16 : 10;
  let code = 0;
  for (let at = start + (hexadecimal ? 3 : 2); bytes[at] !== SEMICOLON; at++) code = code * base + digitOf(bytes[at]!);
  return code;
}

/** Whether the checked reference `bytes[start, end)` is what C14N prints in text. */
export function isCanonicalInText(bytes: Uint8Array, start: number, end: number): boolean {
  const first = bytes[start + 1];
  if (first === 0x6c || first === 0x67) return true; // &lt; &gt;
  if (end - start !== 5) return false;
  return first === 0x61 || (bytes[start + 2] === SMALL_X && bytes[start + 3] === 0x44); // &amp; &#xD;
}

/** Whether the checked reference `bytes[start, end)` is what C14N prints in attribute values. */
export function isCanonicalInValue(bytes: Uint8Array, start: number, end: number): boolean {
  const first = bytes[start + 1];
  if (first === 0x6c || first === 0x71) return true; // &lt; &quot;
  if (end - start !== 5) return false;
  if (first === 0x61) return true; // &amp;
  const digit = bytes[start + 3];
  return bytes[start + 2] === SMALL_X && (digit === 0x39 || digit === 0x41 || digit === 0x44); // &#x9; &#xA; &#xD;
}

/** XML 1.0 production 2, Char. */
export function isCharacter(code: number): boolean {
  if (code < 0x20) return code === 0x09 || code === 0x0a || code === 0x0d;
  return code < 0xd800 || (code >= 0xe000 && code <= 0xfffd) || (code >= 0x10000 && code <= 0x10ffff);
}

/** 99 for what is no digit. */
function digitOf(octet: number): number {
  if (octet >= 0x30 && octet <= 0x39) return octet - 0x30;
  if (octet >= 0x41 && octet <= 0x46) return octet - 0x37;
  return octet >= 0x61 && octet <= 0x66 ? octet - 0x57 : 99;
}
