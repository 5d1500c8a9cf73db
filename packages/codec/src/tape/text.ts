/** What a tape says, as strings: for values that are compared with strings or handed to people, not for the hot path. */
import { Fault } from '@parley/core';
import { OctetSink } from '../hot/octets/octet-sink.ts';
import { writeAttributeValue, writePlainText } from '../hot/octets/plain-text.ts';
import type { Tape } from './tape.ts';
import { A, ATTRIBUTE_WORDS, E, ELEMENT_WORDS, Flag, NOT_LITERAL_TEXT } from './tape.ts';

const plain = new OctetSink(1024);

/**
 * The whole text of `element`: references resolved, CDATA as text, line ends LF, comments and PIs left out.
 * @throws Fault `peer.structure-invalid` when it has child elements
 */
export function textOf(tape: Tape, element: number): string {
  const base = element * ELEMENT_WORDS;
  const flags = tape.elements[base + E.flags]!;
  const start = tape.elements[base + E.content]!;
  const end = tape.elements[base + E.contentEnd]!;
  if ((flags & NOT_LITERAL_TEXT) === 0) return decodeText(tape.bytes, start, end);
  if ((flags & Flag.hasChild) !== 0)
    throw new Fault('peer.structure-invalid', { offset: start, reason: 'text-expected' });
  plain.reset();
  writePlainText(tape.bytes, start, end, plain);
  return decodeText(plain.bytes, 0, plain.length);
}

/** The normalised value of `attribute`. */
export function attributeText(tape: Tape, attribute: number): string {
  const base = attribute * ATTRIBUTE_WORDS;
  const start = tape.attributes[base + A.value]!;
  const end = tape.attributes[base + A.valueEnd]!;
  if ((tape.attributes[base + A.flags]! & Flag.literal) !== 0) return decodeText(tape.bytes, start, end);
  plain.reset();
  writeAttributeValue(tape.bytes, start, end, plain);
  return decodeText(plain.bytes, 0, plain.length);
}

/** Whether `bytes[start, end)`, valid UTF-8, are `text`. */
export function isText(bytes: Uint8Array, start: number, end: number, text: string): boolean {
  const { length } = text;
  // UTF-8 has no fewer octets than UTF-16 has units.
  if (end - start < length) return false;
  for (let index = 0; index < length; index++) {
    const unit = text.charCodeAt(index);
    if (unit > 0x7f) return decodeText(bytes, start, end) === text;
    if (bytes[start + index] !== unit) return false;
  }
  return end - start === length;
}

/** `bytes[start, end)` as a string: UTF-8, nothing unescaped. The bytes are valid UTF-8, as those of a tape are. */
export function decodeText(bytes: Uint8Array, start: number, end: number): string {
  if (bytes !== decoded) {
    decoded = bytes;
    decoder = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  }
  return decoder.toString('utf8', start, end);
}

// perf: one view per document; making it costs as much as decoding a name.
let decoded: Uint8Array = new Uint8Array(0);
let decoder: Buffer = Buffer.from(decoded.buffer);
