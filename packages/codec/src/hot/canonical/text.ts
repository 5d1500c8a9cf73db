/** Text and attribute values as C14N prints them. The bytes are those of a scanned document. */

import { cdataEnd, commentEnd, isComment, processingInstructionEnd, skipSpace, targetEnd } from '../octets/markup.ts';
import { Octet, TEXT, VALUE } from '../octets/octet.ts';
import type { OctetSink } from '../octets/octet-sink.ts';
import { referenceCodePoint, referenceEnd } from '../octets/references.ts';

const {
  ampersand: AMPERSAND,
  cr: CR,
  doubleQuote: DOUBLE_QUOTE,
  greater: GREATER,
  less: LESS,
  lf: LF,
  question: QUESTION,
  tab: TAB,
} = Octet;

/** Appends what lies in `bytes[start, end)` between two tags: text, CDATA, PIs, and comments if wanted. */
export function writeCanonicalText(
  bytes: Uint8Array,
  start: number,
  end: number,
  out: OctetSink,
  comments: boolean,
): void {
  let at = start;
  while (at < end) {
    const run = at;
    while (at < end && TEXT[bytes[at]!] === 0) at++;
    if (at > run) out.write(bytes, run, at);
    if (at === end) return;
    const octet = bytes[at]!;
    if (octet === AMPERSAND) {
      writeTextCodePoint(referenceCodePoint(bytes, at), out);
      at = referenceEnd(bytes, at);
    } else if (octet === CR) {
      at = writeLineEnd(bytes, at, out);
    } else if (octet === LESS) {
      at = writeMarkup(bytes, at, out, comments);
    } else {
      writeTextOctet(octet, out);
      at++;
    }
  }
}

/** Appends the comment, CDATA section or processing instruction at `start`; gives where it ends. */
function writeMarkup(bytes: Uint8Array, start: number, out: OctetSink, comments: boolean): number {
  const last = bytes.length;
  if (bytes[start + 1] === QUESTION) {
    const end = processingInstructionEnd(bytes, start, last);
    writeInstruction(bytes, start, end, out);
    return end;
  }
  if (isComment(bytes, start)) {
    const end = commentEnd(bytes, start, last);
    if (comments) writeWithLineEnds(bytes, start, end, out);
    return end;
  }
  const end = cdataEnd(bytes, start, last);
  for (let at = start + 9; at < end - 3; ) {
    if (bytes[at] === CR) at = writeLineEnd(bytes, at, out);
    else writeTextOctet(bytes[at++]!, out);
  }
  return end;
}

/** Appends the processing instruction `bytes[start, end)`. */
function writeInstruction(bytes: Uint8Array, start: number, end: number, out: OctetSink): void {
  const afterTarget = targetEnd(bytes, start + 2);
  out.write(bytes, start, afterTarget);
  const data = skipSpace(bytes, afterTarget);
  if (data < end - 2) out.writeOctet(0x20);
  writeWithLineEnds(bytes, data, end, out);
}

/** Appends `bytes[start, end)` with CRLF and CR made LF. */
function writeWithLineEnds(bytes: Uint8Array, start: number, end: number, out: OctetSink): void {
  for (let at = start; at < end; ) {
    if (bytes[at] === CR) at = writeLineEnd(bytes, at, out);
    else out.writeOctet(bytes[at++]!);
  }
}

function writeLineEnd(bytes: Uint8Array, at: number, out: OctetSink): number {
  out.writeOctet(LF);
  return bytes[at + 1] === LF ? at + 2 : at + 1;
}

/** One octet of text as written, possibly of a longer UTF-8 sequence. */
function writeTextOctet(octet: number, out: OctetSink): void {
  if (octet < 0x80) writeTextCodePoint(octet, out);
  else out.writeOctet(octet);
}

/** One character of text; a CR is one that a reference made, so it is kept. */
function writeTextCodePoint(code: number, out: OctetSink): void {
  if (code === AMPERSAND) out.writeText('&amp;');
  else if (code === LESS) out.writeText('&lt;');
  else if (code === GREATER) out.writeText('&gt;');
  else if (code === CR) out.writeText('&#xD;');
  else out.writeCodePoint(code);
}

/** Appends the attribute value written as `bytes[start, end)`, without quotes. */
export function writeCanonicalValue(bytes: Uint8Array, start: number, end: number, out: OctetSink): void {
  let at = start;
  while (at < end) {
    const run = at;
    while (at < end && VALUE[bytes[at]!] === 0) at++;
    if (at > run) out.write(bytes, run, at);
    if (at === end) return;
    const octet = bytes[at]!;
    if (octet === AMPERSAND) {
      writeValueCodePoint(referenceCodePoint(bytes, at), out);
      at = referenceEnd(bytes, at);
    } else if (octet === TAB || octet === LF || octet === CR) {
      out.writeOctet(0x20);
      at += octet === CR && bytes[at + 1] === LF ? 2 : 1;
    } else {
      writeValueOctet(octet, out);
      at++;
    }
  }
}

/** Appends the namespace name `bytes[start, end)`, which is a value already resolved. */
export function writeCanonicalUri(bytes: Uint8Array, start: number, end: number, out: OctetSink): void {
  let at = start;
  while (at < end) {
    const run = at;
    while (at < end && VALUE[bytes[at]!] === 0) at++;
    if (at > run) out.write(bytes, run, at);
    if (at < end) writeValueOctet(bytes[at++]!, out);
  }
}

function writeValueOctet(octet: number, out: OctetSink): void {
  if (octet < 0x80) writeValueCodePoint(octet, out);
  else out.writeOctet(octet);
}

function writeValueCodePoint(code: number, out: OctetSink): void {
  if (code === AMPERSAND) out.writeText('&amp;');
  else if (code === LESS) out.writeText('&lt;');
  else if (code === DOUBLE_QUOTE) out.writeText('&quot;');
  else if (code === TAB) out.writeText('&#x9;');
  else if (code === LF) out.writeText('&#xA;');
  else if (code === CR) out.writeText('&#xD;');
  else out.writeCodePoint(code);
}
