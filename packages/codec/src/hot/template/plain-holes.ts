/** What each kind of hole may hold, without the module: the definition that it is held to. */
import { sameOctets } from '../octets/octet-hash.ts';
import type { HoleKind } from './image.ts';
import { Hole, NAME_OCTETS } from './image.ts';

/** A hole that holds no elements. */
export type TextKind = Exclude<HoleKind, typeof Hole.content>;

const TAB = 0x09;
const LF = 0x0a;
const BLANK = 0x20;
const DOUBLE_QUOTE = 0x22;
const HASH = 0x23;
const AMPERSAND = 0x26;
const SINGLE_QUOTE = 0x27;
const LESS = 0x3c;
const GREATER = 0x3e;
const BEYOND_ASCII = 0x80;
const LEAD_OF_NONCHARACTERS = 0xef;

/** References that stand in a canonical text, and in a canonical value. */
const IN_TEXT = ['&amp;', '&lt;', '&gt;'].map(octetsOf);
const IN_VALUE = ['&amp;', '&lt;', '&quot;'].map(octetsOf);

/** Where the hole that begins at `at` ends, or -1 if something is in it that this kind may not hold. */
export function holeEnd(message: Uint8Array, at: number, kind: TextKind): number {
  switch (kind) {
    case Hole.text:
      return endAfterReferences(message, at, isTextOctet, isLess, IN_TEXT);
    case Hole.attribute:
      return endAfterReferences(message, at, isAttributeOctet, isQuote, IN_VALUE);
    case Hole.id:
      return runEnd(message, at, isAttributeOctet, isQuote);
    case Hole.value:
      return nonEmpty(at, runEnd(message, at, isValueOctet, isLess));
    case Hole.name:
      return nonEmpty(at, nameEnd(message, at));
    case Hole.fragment:
      return message[at] === HASH ? nonEmpty(at + 1, nameEnd(message, at + 1)) : -1;
  }
}

function nonEmpty(start: number, end: number): number {
  return end > start ? end : -1;
}

/** As {@link runEnd}, with `references` among the octets. */
function endAfterReferences(
  message: Uint8Array,
  start: number,
  is: (octet: number) => boolean,
  ends: (octet: number) => boolean,
  references: readonly Uint8Array[],
): number {
  let at = start;
  for (;;) {
    at = runEnd(message, at, is, (octet) => octet === AMPERSAND || ends(octet));
    if (at < 0 || message[at] !== AMPERSAND) return at;
    const from = at;
    const reference = references.find((octets) =>
      sameOctets(message, from, from + octets.length, octets, 0, octets.length),
    );
    if (reference === undefined) return -1;
    at += reference.length;
  }
}

function nameEnd(message: Uint8Array, start: number): number {
  let at = start;
  while (at < message.length && NAME_OCTETS[message[at]!] === 1) at++;
  return at;
}

/** The first octet that `ends` a run of those that `is` takes, or -1. */
function runEnd(
  message: Uint8Array,
  start: number,
  is: (octet: number) => boolean,
  ends: (octet: number) => boolean,
): number {
  let at = start;
  while (at < message.length && is(message[at]!)) at++;
  return at < message.length && ends(message[at]!) ? at : -1;
}

function isTextOctet(octet: number): boolean {
  return (
    octet === TAB ||
    octet === LF ||
    (octet >= BLANK && !isMarkup(octet) && octet !== GREATER && octet !== LEAD_OF_NONCHARACTERS)
  );
}

function isAttributeOctet(octet: number): boolean {
  return isTextOctet(octet) && octet >= BLANK && !isQuote(octet);
}

function isValueOctet(octet: number): boolean {
  return isTextOctet(octet) && octet > BLANK && octet < BEYOND_ASCII;
}

function isMarkup(octet: number): boolean {
  return octet === LESS || octet === AMPERSAND;
}

function isLess(octet: number): boolean {
  return octet === LESS;
}

function isQuote(octet: number): boolean {
  return octet === DOUBLE_QUOTE || octet === SINGLE_QUOTE;
}

function octetsOf(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}
