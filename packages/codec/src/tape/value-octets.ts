/** What texts and attributes say, as octets: those of the document where they are the value as they stand, else resolved ones. */
import { Fault } from '@parley/core';
import { OctetSink } from '../hot/octets/octet-sink.ts';
import { writeAttributeValue, writePlainText } from '../hot/octets/plain-text.ts';
import type { Tape } from './tape.ts';
import { A, ATTRIBUTE_WORDS, E, ELEMENT_WORDS, Flag, NOT_LITERAL_TEXT } from './tape.ts';

/** `bytes[start, end)`. */
export interface OctetRange {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/** Room that a sink wants before it writes a character. A value is never longer than its spelling, so it stays in one place. */
const CODE_POINT_BYTES_MAX = 4;

/**
 * The whole text of `element`: references resolved, CDATA as text, line ends LF, comments and PIs left out. In the document's
 * octets (borrowed) if it stands there literally, else in memory that is the caller's alone.
 * @throws Fault `peer.structure-invalid` when it has child elements
 */
export function textOctets(tape: Tape, element: number): OctetRange {
  const base = element * ELEMENT_WORDS;
  const flags = tape.elements[base + E.flags]!;
  const start = tape.elements[base + E.content]!;
  const end = tape.elements[base + E.contentEnd]!;
  if ((flags & NOT_LITERAL_TEXT) === 0) return { bytes: tape.bytes, start, end };
  if ((flags & Flag.hasChild) !== 0)
    throw new Fault('peer.structure-invalid', { offset: start, reason: 'text-expected' });
  const resolved = new OctetSink(end - start + CODE_POINT_BYTES_MAX);
  writePlainText(tape.bytes, start, end, resolved);
  return { bytes: resolved.bytes, start: 0, end: resolved.length };
}

/** The normalised value of `attribute`, likewise. */
export function attributeOctets(tape: Tape, attribute: number): OctetRange {
  const base = attribute * ATTRIBUTE_WORDS;
  const start = tape.attributes[base + A.value]!;
  const end = tape.attributes[base + A.valueEnd]!;
  if ((tape.attributes[base + A.flags]! & Flag.literal) !== 0) return { bytes: tape.bytes, start, end };
  const resolved = new OctetSink(end - start + CODE_POINT_BYTES_MAX);
  writeAttributeValue(tape.bytes, start, end, resolved);
  return { bytes: resolved.bytes, start: 0, end: resolved.length };
}
