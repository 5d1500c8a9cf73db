/** Names beyond ASCII (XML 1.0, 5th edition, productions 4 and 4a). The bytes are known to be valid UTF-8. */
import { malformed } from './malformed.ts';
import { NAME, NAME_CHARACTER } from './octet.ts';

/** Pairs of first and last code point of NameStartChar above ASCII. */
const STARTS = [
  0xc0, 0xd6, 0xd8, 0xf6, 0xf8, 0x2ff, 0x370, 0x37d, 0x37f, 0x1fff, 0x200c, 0x200d, 0x2070, 0x218f, 0x2c00, 0x2fef,
  0x3001, 0xd7ff, 0xf900, 0xfdcf, 0xfdf0, 0xfffd, 0x10000, 0xeffff,
];
/** Pairs that NameChar has besides. */
const FOLLOWERS = [0xb7, 0xb7, 0x300, 0x36f, 0x203f, 0x2040];

/** Passes the first character of a name that does not start with an ASCII letter. @throws Fault `peer.xml-malformed` */
export function nameStartEnd(bytes: Uint8Array, start: number): number {
  const code = bytes[start]! < 0x80 ? -1 : codePointAt(bytes, start);
  if (!isWithin(STARTS, code)) malformed(start, 'name-start');
  return start + widthOf(bytes[start]!);
}

/** Passes the rest of a name from the first octet above ASCII on. @throws Fault `peer.xml-malformed` */
export function nameEnd(bytes: Uint8Array, start: number): number {
  let at = start;
  for (;;) {
    const octet = bytes[at]!;
    if (octet < 0x80) {
      if ((NAME[octet]! & NAME_CHARACTER) === 0) return at;
      at++;
      continue;
    }
    const code = codePointAt(bytes, at);
    if (!isWithin(STARTS, code) && !isWithin(FOLLOWERS, code)) malformed(at, 'name-character');
    at += widthOf(octet);
  }
}

function isWithin(ranges: readonly number[], code: number): boolean {
  for (let index = 0; index < ranges.length; index += 2) {
    if (code >= ranges[index]! && code <= ranges[index + 1]!) return true;
  }
  return false;
}

function widthOf(lead: number): number {
  if (lead < 0xe0) return 2;
  return lead < 0xf0 ? 3 : 4;
}

function codePointAt(bytes: Uint8Array, at: number): number {
  const lead = bytes[at]!;
  const second = bytes[at + 1]! & 0x3f;
  if (lead < 0xe0) return ((lead & 0x1f) << 6) | second;
  const third = bytes[at + 2]! & 0x3f;
  if (lead < 0xf0) return ((lead & 0x0f) << 12) | (second << 6) | third;
  return ((lead & 0x07) << 18) | (second << 12) | (third << 6) | (bytes[at + 3]! & 0x3f);
}
