/** Markup turned into the characters it stands for. The bytes are those of a scanned document. */

import { cdataEnd, commentEnd, isComment, processingInstructionEnd } from './markup.ts';
import { Octet, SPACE } from './octet.ts';
import type { OctetSink } from './octet-sink.ts';
import { referenceCodePoint, referenceEnd } from './references.ts';

const { ampersand: AMPERSAND, cr: CR, less: LESS, lf: LF, question: QUESTION } = Octet;

/** Appends the value that the attribute text `bytes[start, end)` stands for (XML 1.0 §3.3.3, CDATA attributes). */
export function writeAttributeValue(bytes: Uint8Array, start: number, end: number, out: OctetSink): void {
  let at = start;
  while (at < end) {
    const octet = bytes[at]!;
    if (octet === AMPERSAND) {
      out.writeCodePoint(referenceCodePoint(bytes, at));
      at = referenceEnd(bytes, at);
    } else if (SPACE[octet] === 1) {
      out.writeOctet(0x20);
      at += octet === CR && bytes[at + 1] === LF ? 2 : 1;
    } else {
      out.writeOctet(octet);
      at++;
    }
  }
}

/** Appends the text in `bytes[start, end)`: references and CDATA resolved, line ends LF, comments and PIs left out. */
export function writePlainText(bytes: Uint8Array, start: number, end: number, out: OctetSink): void {
  let at = start;
  while (at < end) {
    const octet = bytes[at]!;
    if (octet === AMPERSAND) {
      out.writeCodePoint(referenceCodePoint(bytes, at));
      at = referenceEnd(bytes, at);
    } else if (octet === LESS) {
      if (bytes[at + 1] === QUESTION) {
        at = processingInstructionEnd(bytes, at, end);
      } else if (isComment(bytes, at)) {
        at = commentEnd(bytes, at, end);
      } else {
        const after = cdataEnd(bytes, at, end);
        for (at += 9; at < after - 3; at++) at = writeLineEndOrOctet(bytes, at, out);
        at = after;
      }
    } else {
      at = writeLineEndOrOctet(bytes, at, out) + 1;
    }
  }
}

/** Appends the octet at `at`, a line end as LF; gives where the last octet it took stands. */
function writeLineEndOrOctet(bytes: Uint8Array, at: number, out: OctetSink): number {
  const octet = bytes[at]!;
  if (octet !== CR) {
    out.writeOctet(octet);
    return at;
  }
  out.writeOctet(LF);
  return bytes[at + 1] === LF ? at + 1 : at;
}
