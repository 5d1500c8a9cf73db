/**
 * Markup that is neither a tag nor text: comments, CDATA sections, processing instructions.
 *
 * All functions rest on the sentinel of `scan`: `bytes[last]` is the document's last `>`, so every loop that stops at
 * `>` stays inside the document, and a construct that reaches it without its own end is unclosed.
 */
import { malformed } from './malformed.ts';
import { nameEnd, nameStartEnd } from './names.ts';
import { NAME, NAME_CHARACTER, NAME_START, Octet, OPAQUE, SPACE } from './octet.ts';

const {
  greater: GREATER,
  hyphen: HYPHEN,
  leadOfNoncharacters: LEAD_OF_NONCHARACTERS,
  leftBracket: LEFT_BRACKET,
  question: QUESTION,
  rightBracket: RIGHT_BRACKET,
} = Octet;

/** Refuses U+FFFE and U+FFFF at `at`, where an octet EF stands. @throws Fault `peer.xml-malformed` */
export function passNoncharacterLead(bytes: Uint8Array, at: number): number {
  if (bytes[at + 1] === 0xbf && bytes[at + 2]! >= 0xbe) malformed(at, 'character');
  return at + 3;
}

/** Passes white space. */
export function skipSpace(bytes: Uint8Array, start: number): number {
  let at = start;
  while (SPACE[bytes[at]!] === 1) at++;
  return at;
}

/** Whether `<!--` stands at `start`. */
export function isComment(bytes: Uint8Array, start: number): boolean {
  return bytes[start + 2] === HYPHEN && bytes[start + 3] === HYPHEN;
}

/** Whether `<![CDATA[` stands at `start`. */
export function isCdata(bytes: Uint8Array, start: number): boolean {
  return (
    bytes[start + 2] === LEFT_BRACKET &&
    bytes[start + 3] === 0x43 &&
    bytes[start + 4] === 0x44 &&
    bytes[start + 5] === 0x41 &&
    bytes[start + 6] === 0x54 &&
    bytes[start + 7] === 0x41 &&
    bytes[start + 8] === LEFT_BRACKET
  );
}

/** Just past the comment at `start`. @throws Fault `peer.xml-malformed` */
export function commentEnd(bytes: Uint8Array, start: number, last: number): number {
  let at = start + 4;
  for (;;) {
    at = opaqueStop(bytes, at, last, start);
    if (bytes[at] === HYPHEN && bytes[at + 1] === HYPHEN) {
      if (bytes[at + 2] === GREATER) return at + 3;
      malformed(at, 'comment');
    }
    at++;
  }
}

/** Just past the CDATA section at `start`. @throws Fault `peer.xml-malformed` */
export function cdataEnd(bytes: Uint8Array, start: number, last: number): number {
  let at = start + 9;
  for (;;) {
    at = opaqueStop(bytes, at, last, start);
    if (bytes[at] === RIGHT_BRACKET && bytes[at + 1] === RIGHT_BRACKET && bytes[at + 2] === GREATER) return at + 3;
    at++;
  }
}

/** Just past the processing instruction at `start`. @throws Fault `peer.xml-malformed` */
export function processingInstructionEnd(bytes: Uint8Array, start: number, last: number): number {
  let at = targetEnd(bytes, start + 2);
  const space = SPACE[bytes[at]!] === 1;
  if (!space && (bytes[at] !== QUESTION || bytes[at + 1] !== GREATER)) malformed(at, 'target');
  for (;;) {
    at = opaqueStop(bytes, at, last, start);
    if (bytes[at] === QUESTION && bytes[at + 1] === GREATER) return at + 2;
    at++;
  }
}

/** Just past a processing instruction's target, which is an NCName other than `xml`. @throws Fault `peer.xml-malformed` */
export function targetEnd(bytes: Uint8Array, start: number): number {
  let at = (NAME[bytes[start]!]! & NAME_START) !== 0 ? start + 1 : nameStartEnd(bytes, start);
  while ((NAME[bytes[at]!]! & NAME_CHARACTER) !== 0) at++;
  if (bytes[at]! >= 0x80) at = nameEnd(bytes, at);
  const isXml =
    at - start === 3 &&
    (bytes[start]! | 0x20) === 0x78 &&
    (bytes[start + 1]! | 0x20) === 0x6d &&
    (bytes[start + 2]! | 0x20) === 0x6c;
  if (isXml) malformed(start, 'target');
  return at;
}

/** The next octet from `start` on that may end something; `opened` is where that something began. */
function opaqueStop(bytes: Uint8Array, start: number, last: number, opened: number): number {
  let at = start;
  for (;;) {
    while (OPAQUE[bytes[at]!] === 0) at++;
    const octet = bytes[at]!;
    if (octet === HYPHEN || octet === RIGHT_BRACKET || octet === QUESTION) return at;
    if (octet === GREATER) {
      if (at === last) malformed(opened, 'unclosed');
      at++;
    } else if (octet === LEAD_OF_NONCHARACTERS) {
      at = passNoncharacterLead(bytes, at);
    } else {
      malformed(at, 'character');
    }
  }
}
