/**
 * Base64 as XML holds it (RFC 4648 §4, xs:base64Binary), read strictly: but for white space, one value has one text.
 * Node's own decoder skips what it does not know, stops at the first `=` and takes base64url.
 */

import { decodeBlocks } from '../hot/base64-module.ts';
import { Fault } from './fault.ts';
import { invariant } from './invariant.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const INVALID = -1;
const WHITE_SPACE = -2;
const EQUALS_SIGN = 0x3d;

// perf: for shorter texts, copying them into the memory of a module costs more than it gives.
const BLOCKS_MIN_BYTES = 128;
// perf: for longer octets Node's encoder beats the table. safety: key octets, all shorter, stay out of the strings that
// it makes.
const BULK_MIN_BYTES = 1024;
// perf: strings of this size die young; one of 100 KB costs ten times as much per octet. A multiple of 4.
const BULK_BYTES = 8192;
/** What {@link BULK_BYTES} of base64 stand for. */
const BULK_GROUPS_BYTES = (BULK_BYTES / 4) * 3;

const DIGITS: Uint8Array = new TextEncoder().encode(ALPHABET);

const VALUES: Int8Array = new Int8Array(256).fill(INVALID);
for (let value = 0; value < ALPHABET.length; value++) VALUES[ALPHABET.charCodeAt(value)] = value;
for (const octet of [0x20, 0x09, 0x0d, 0x0a]) VALUES[octet] = WHITE_SPACE;

/** The most octets that `lengthBytes` of text stand for. */
export function decodedBase64Max(lengthBytes: number): number {
  return Math.floor(lengthBytes / 4) * 3;
}

/**
 * The same, exactly, where the text is without white space: so that what is decoded needs no view of its own, which for
 * a few octets costs more than decoding them. Takes bytes[start, end), borrowed.
 */
export function decodedBase64Length(bytes: Uint8Array, start: number, end: number): number {
  const max = decodedBase64Max(end - start);
  if ((end - start) % 4 !== 0 || max === 0 || bytes[end - 1] !== EQUALS_SIGN) return max;
  return bytes[end - 2] === EQUALS_SIGN ? max - 2 : max - 1;
}

/**
 * Decodes bytes[start, end) into `out` from `outStart` on, where {@link decodedBase64Length} octets must be free. Takes
 * the alphabet, XML white space anywhere, right padding and zero pad bits. Borrows both; after a fault, some of `out`
 * is written.
 *
 * @returns octets written
 * @throws Fault `peer.encoding-invalid`
 */
export function decodeBase64(bytes: Uint8Array, start: number, end: number, out: Uint8Array, outStart: number): number {
  invariant(out.length - outStart >= decodedBase64Length(bytes, start, end), 'there is room for the decoded octets');
  const decodedBytes = end - start >= BLOCKS_MIN_BYTES ? decodeBlocks(bytes, start, end, out, outStart) : 0;
  let at = start + (decodedBytes / 3) * 4;
  let outAt = outStart + decodedBytes;
  for (;;) {
    // perf: whole quads without white space. The last four octets may hold padding and wait for the loop below.
    for (; at < end - 4; at += 4, outAt += 3) {
      const group =
        (valueAt(bytes, at) << 18) |
        (valueAt(bytes, at + 1) << 12) |
        (valueAt(bytes, at + 2) << 6) |
        valueAt(bytes, at + 3);
      if (group < 0) break;
      writeGroup(group, out, outAt);
    }
    let group = 0;
    let characters = 0;
    for (; characters < 4 && at < end; at++) {
      const value = valueAt(bytes, at);
      if (value === INVALID) break;
      if (value === WHITE_SPACE) continue;
      group = (group << 6) | value;
      characters++;
    }
    if (characters === 4) {
      writeGroup(group, out, outAt);
      outAt += 3;
    } else if (characters === 0 && at === end) {
      return outAt - outStart;
    } else {
      return outAt - outStart + endPadded(bytes, at, end, group, characters, out, outAt);
    }
  }
}

/**
 * {@link decodeBase64} for text that is a string already. The result is the caller's, in memory of its own.
 *
 * @throws Fault `peer.encoding-invalid`
 */
export function decodeBase64Text(text: string): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  const out = new Uint8Array(decodedBase64Max(bytes.length));
  const lengthBytes = decodeBase64(bytes, 0, bytes.length, out, 0);
  bytes.fill(0);
  if (lengthBytes === out.length) return out;
  const exact = out.slice(0, lengthBytes);
  out.fill(0);
  return exact;
}

/** Octets of the base64 of `lengthBytes` octets. */
export function encodedBase64Length(lengthBytes: number): number {
  return Math.ceil(lengthBytes / 3) * 4;
}

/**
 * Encodes `bytes` (borrowed) into `out` from `outStart` on, where {@link encodedBase64Length} octets must be free. Key
 * octets never become a string on the way.
 *
 * @returns octets written
 */
export function writeBase64(bytes: Uint8Array, out: Uint8Array, outStart: number): number {
  const lengthBytes = encodedBase64Length(bytes.length);
  invariant(out.length - outStart >= lengthBytes, 'there is room for the base64');
  let at = bytes.length > BULK_MIN_BYTES ? encodeBulk(bytes, out, outStart) : 0;
  let outAt = outStart + (at / 3) * 4;
  for (; at + 2 < bytes.length; at += 3, outAt += 4) {
    const group = (bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!;
    out[outAt] = DIGITS[group >> 18]!;
    out[outAt + 1] = DIGITS[(group >> 12) & 63]!;
    out[outAt + 2] = DIGITS[(group >> 6) & 63]!;
    out[outAt + 3] = DIGITS[group & 63]!;
  }
  if (at === bytes.length) return lengthBytes;
  const hasTwo = at + 2 === bytes.length;
  const group = (bytes[at]! << 16) | (hasTwo ? bytes[at + 1]! << 8 : 0);
  out[outAt] = DIGITS[group >> 18]!;
  out[outAt + 1] = DIGITS[(group >> 12) & 63]!;
  out[outAt + 2] = hasTwo ? DIGITS[(group >> 6) & 63]! : EQUALS_SIGN;
  out[outAt + 3] = EQUALS_SIGN;
  return lengthBytes;
}

/** `bytes` (borrowed) as base64 with padding and without white space. */
export function encodeBase64(bytes: Uint8Array): string {
  if (bytes.length > SHORT_MAX_BYTES) return bufferOver(bytes).toString('base64');
  return short.toString('latin1', 0, writeBase64(bytes, short, 0));
}

// perf: so few octets lie on the engine's heap, and a Buffer over them, which has them moved, costs a microsecond.
const SHORT_MAX_BYTES = 64;
const short = Buffer.alloc(encodedBase64Length(SHORT_MAX_BYTES));

// Encodes all whole groups; octets read.
function encodeBulk(bytes: Uint8Array, out: Uint8Array, outStart: number): number {
  const source = bufferOver(bytes);
  const target = bufferOver(out);
  const end = bytes.length - (bytes.length % 3);
  for (let at = 0, outAt = outStart; at < end; at += BULK_GROUPS_BYTES, outAt += BULK_BYTES) {
    target.write(source.toString('base64', at, Math.min(at + BULK_GROUPS_BYTES, end)), outAt, 'latin1');
  }
  return end;
}

// What follows the last whole group: `characters` of a group, then only the padding and white space; octets written.
function endPadded(
  bytes: Uint8Array,
  start: number,
  end: number,
  group: number,
  characters: number,
  out: Uint8Array,
  outAt: number,
): number {
  let missing = 4 - characters;
  for (let at = start; at < end; at++) {
    if (bytes[at] === EQUALS_SIGN) missing--;
    else if (valueAt(bytes, at) !== WHITE_SPACE) throw new Fault('peer.encoding-invalid', { encoding: 'base64' });
  }
  const padBits = characters === 2 ? group & 0b1111 : group & 0b11;
  if (characters < 2 || missing !== 0 || padBits !== 0) {
    throw new Fault('peer.encoding-invalid', { encoding: 'base64' });
  }
  out[outAt] = characters === 2 ? group >> 4 : group >> 10;
  if (characters === 3) out[outAt + 1] = group >> 2;
  return characters - 1;
}

function writeGroup(group: number, out: Uint8Array, at: number): void {
  out[at] = group >> 16;
  out[at + 1] = group >> 8;
  out[at + 2] = group;
}

function valueAt(bytes: Uint8Array, at: number): number {
  return VALUES[bytes[at] as number] as number;
}

function bufferOver(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
