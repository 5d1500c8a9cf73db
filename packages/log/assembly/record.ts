// AssemblyScript. Reads a record of a log as our writer and most others write it, and unescapes its message. What it does not know
// it does not take: JSON.parse does. Compiled by scripts/compile-assembly.mjs.

/** Where the answer is, five words; record-module.ts has the same numbers. */
const ANSWER: i32 = 0x1000;
const ID_START: i32 = 0;
const ID_END: i32 = 4;
const AT_START: i32 = 8;
const AT_END: i32 = 12;
const IS_ASCII: i32 = 16;

const ODD: i32 = -1;

const QUOTE: i32 = 0x22;
const COMMA: i32 = 0x2c;
const COLON: i32 = 0x3a;
const BACKSLASH: i32 = 0x5c;
const BRACE_OPEN: i32 = 0x7b;
const BRACE_CLOSE: i32 = 0x7d;

/** Names of members, as they lie in memory. */
const MESSAGE_NAME: u64 = 0x6567617373656d;
const ID_NAME: i32 = 0x6469;
const AT_NAME: i32 = 0x7461;

// What an escape of one character stands for, by that character; 0 for none.
const ESCAPES = memory.data<u8>([
  0, 0, 34, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 47, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 92, 0, 0, 0,
  0, 0, 8, 0, 0, 0, 12, 0, 0, 0, 0, 0, 0, 0, 10, 0, 0, 0, 13, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
]);

/** Behind the message that was just read, in the line. */
let lineAt: i32 = 0;

/**
 * The record in [start, end): the octets of its message are written to `out`, which has room for as many and sixteen more.
 * Sixteen octets behind `end` may be read. Answers the length of the message, or -1.
 */
export function readRecord(start: i32, end: i32, out: i32): i32 {
  store<i32>(ANSWER + ID_START, 0);
  store<i32>(ANSWER + AT_START, 0);
  let length = ODD;
  let at = afterBlanks(start, end);
  if (at >= end || load<u8>(at) != BRACE_OPEN) return ODD;
  for (;;) {
    at = afterBlanks(at + 1, end);
    if (end - at < 5 || load<u8>(at) != QUOTE) return ODD;
    if (end - at > 10 && (load<u64>(at + 1) & 0xffffffffffffff) == MESSAGE_NAME && load<u8>(at + 8) == QUOTE) {
      if (length != ODD) return ODD;
      at = valueStart(at + 9, end);
      if (at < 0) return ODD;
      length = unescape(at, end, out);
      if (length < 0) return ODD;
      at = lineAt;
    } else if (load<u8>(at + 3) == QUOTE) {
      const name = <i32>load<u16>(at + 1);
      const field = name == ID_NAME ? ID_START : name == AT_NAME ? AT_START : -1;
      if (field < 0 || load<i32>(ANSWER + field) != 0) return ODD;
      at = valueStart(at + 4, end);
      if (at < 0) return ODD;
      const close = plainEnd(at, end);
      if (close < 0) return ODD;
      store<i32>(ANSWER + field, at);
      store<i32>(ANSWER + field + 4, close);
      at = close + 1;
    } else return ODD;
    at = afterBlanks(at, end);
    if (at >= end) return ODD;
    const next = <i32>load<u8>(at);
    if (next == BRACE_CLOSE) break;
    if (next != COMMA) return ODD;
  }
  return afterBlanks(at + 1, end) == end ? length : ODD;
}

function afterBlanks(start: i32, end: i32): i32 {
  let at = start;
  while (at < end && (load<u8>(at) == 0x20 || load<u8>(at) == 9)) at++;
  return at;
}

/** The first character of the text that is the value of a member whose name ends at `start`; -1 if it is no text. */
function valueStart(start: i32, end: i32): i32 {
  let at = afterBlanks(start, end);
  if (at >= end || load<u8>(at) != COLON) return ODD;
  at = afterBlanks(at + 1, end);
  return at < end && load<u8>(at) == QUOTE ? at + 1 : ODD;
}

/** The quote behind a text of ASCII without escapes; -1 for another text. */
function plainEnd(start: i32, end: i32): i32 {
  for (let at = start; at < end; at++) {
    const octet = <i32>load<u8>(at);
    if (octet == QUOTE) return at;
    if (octet < 0x20 || octet >= 0x7f || octet == BACKSLASH) return ODD;
  }
  return ODD;
}

function unescape(start: i32, end: i32, out: i32): i32 {
  const quotes = i8x16.splat(<i8>QUOTE);
  const backslashes = i8x16.splat(<i8>BACKSLASH);
  const blanks = i8x16.splat(0x20);
  let seen = i8x16.splat(0);
  let at = start, to = out;
  while (at < end) {
    const text = v128.load(at);
    v128.store(to, text);
    const special = v128.or(v128.or(i8x16.eq(text, quotes), i8x16.eq(text, backslashes)), i8x16.lt_u(text, blanks));
    const mask = i8x16.bitmask(special);
    if (mask == 0) {
      seen = v128.or(seen, text);
      at += 16;
      to += 16;
      continue;
    }
    const plain = ctz(mask);
    // What lies behind the character makes a text look as if it were not ASCII at most.
    seen = v128.or(seen, text);
    at += plain;
    to += plain;
    if (at >= end) return ODD;
    const octet = <i32>load<u8>(at);
    if (octet == QUOTE) {
      lineAt = at + 1;
      store<i32>(ANSWER + IS_ASCII, i32(i8x16.bitmask(seen) == 0));
      return to - out;
    }
    if (octet != BACKSLASH || end - at < 2) return ODD;
    const kind = <i32>load<u8>(at + 1);
    if (kind == 0x75) {
      const code = codeAt(at, end);
      if (code < 0) return ODD;
      at += code > 0xffff ? 12 : 6;
      to = writeCode(to, code);
      continue;
    }
    const character = kind >= 0x20 && kind < 0x80 ? load<u8>(ESCAPES + kind - 0x20) : 0;
    if (character == 0) return ODD;
    store<u8>(to, character);
    at += 2;
    to += 1;
  }
  return ODD;
}

/** The code point of the escape \u at `at`, or of a pair of them; -1 for half of a pair and what is none. */
function codeAt(at: i32, end: i32): i32 {
  const high = unitAt(at, end);
  if (high < 0xd800 || high > 0xdfff) return high;
  const low = unitAt(at + 6, end);
  if (high > 0xdbff || low < 0xdc00 || low > 0xdfff) return ODD;
  return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}

function unitAt(at: i32, end: i32): i32 {
  if (end - at < 6 || load<u8>(at) != BACKSLASH || load<u8>(at + 1) != 0x75) return ODD;
  let unit = 0;
  for (let digit = at + 2; digit < at + 6; digit++) {
    const octet = <i32>load<u8>(digit);
    const letter = octet | 0x20;
    let value = octet - 0x30;
    if (octet < 0x30 || octet > 0x39) {
      if (letter < 0x61 || letter > 0x66) return ODD;
      value = letter - 0x57;
    }
    unit = (unit << 4) | value;
  }
  return unit;
}

/** Writes a code point as UTF-8; answers where it ends. */
function writeCode(to: i32, code: i32): i32 {
  if (code < 0x80) {
    store<u8>(to, code);
    return to + 1;
  }
  if (code < 0x800) {
    store<u8>(to, 0xc0 | (code >> 6));
    store<u8>(to + 1, 0x80 | (code & 0x3f));
    return to + 2;
  }
  if (code < 0x10000) {
    store<u8>(to, 0xe0 | (code >> 12));
    store<u8>(to + 1, 0x80 | ((code >> 6) & 0x3f));
    store<u8>(to + 2, 0x80 | (code & 0x3f));
    return to + 3;
  }
  store<u8>(to, 0xf0 | (code >> 18));
  store<u8>(to + 1, 0x80 | ((code >> 12) & 0x3f));
  store<u8>(to + 2, 0x80 | ((code >> 6) & 0x3f));
  store<u8>(to + 3, 0x80 | (code & 0x3f));
  return to + 4;
}
