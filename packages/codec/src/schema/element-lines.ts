/**
 * libxml2 says where by line, and most messages are one line. A line end before the `>` of each start tag changes
 * nothing that a parser reports, and gives every element a line of its own.
 */
import type { Tape } from '../tape/tape.ts';
import { E, ELEMENT_WORDS, Flag } from '../tape/tape.ts';

const LINE_FEED = 0x0a;

/** The octets with a line end in each start tag, and per element the line (from 1) on which its start tag ends. */
export interface ElementLines {
  readonly bytes: Uint8Array;
  /** Ascending. */
  readonly lines: Int32Array;
}

/** @returns a copy, the caller's */
export function withElementLines(tape: Tape): ElementLines {
  const { bytes, elements, elementCount } = tape;
  const spread = new Uint8Array(bytes.length + elementCount);
  const lines = new Int32Array(elementCount);
  let from = 0;
  let to = 0;
  let line = 1;
  for (let element = 0; element < elementCount; element++) {
    const base = element * ELEMENT_WORDS;
    const bracketBytes = (elements[base + E.flags]! & Flag.emptyTag) === 0 ? 1 : 2;
    const bracket = elements[base + E.content]! - bracketBytes;
    for (; from < bracket; from++) {
      if (bytes[from] === LINE_FEED) line++;
      spread[to++] = bytes[from]!;
    }
    spread[to++] = LINE_FEED;
    lines[element] = ++line;
  }
  spread.set(bytes.subarray(from), to);
  return { bytes: spread, lines };
}

/** The element whose start tag ends on `line`, or -1. */
export function elementOnLine(lines: Int32Array, line: number): number {
  let low = 0;
  let high = lines.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    if (lines[middle] === line) return middle;
    if (lines[middle]! < line) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}
