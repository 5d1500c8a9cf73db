/** Reading a document with one reader or with two. */

import type { Limits } from '@parley/core';
import { Fault } from '@parley/core';
import { withForeignForm } from '../hot/octets/foreign-form.ts';
import type { InnerScanOptions } from '../hot/scan/scan.ts';
import { scan } from '../hot/scan/scan.ts';
import { Tape } from '../tape/tape.ts';
import { compareForm } from './compare-form.ts';
import { decodeDocument } from './decode-document.ts';
import { libxmlForm } from './libxml-form.ts';
import { requireFewInScope, withinLibxml } from './libxml-limits.ts';

/**
 * Who reads.
 * - `scan`: our scanner, and UTF-8 only.
 * - `auto`: the scanner for UTF-8, libxml2 for other encodings.
 * - `libxml`: libxml2, always.
 * - `cross-check`: both; refused unless they read the same document.
 */
export type Reader = 'scan' | 'auto' | 'libxml' | 'cross-check';

export const READERS: readonly Reader[] = ['scan', 'auto', 'libxml', 'cross-check'];

/**
 * Reads one document onto `tape`, as {@link scan} does, with the reader asked for.
 *
 * Encodings besides UTF-8: UTF-16, US-ASCII, ISO-8859-1 to -15, Windows-1252. `tape.bytes` are then the document as
 * UTF-8, offsets count in those, and limits hold for both. libxml2 is given nothing that the scanner has not taken.
 * @param bytes borrowed by the tape until the next scan into it; must not change meanwhile
 * @param tape filled; holds no element after a failure
 * @throws Fault as {@link scan}; `peer.readers-differ`; `peer.limit-depth`, `-name`, `-message-size` and `-namespaces`
 * also for what libxml2 does not take (256, 50,000 octets, 10,000,000 octets, 256 in scope); `caller.libxml-unavailable`
 */
export function readDocument(
  bytes: Uint8Array,
  limits: Limits,
  tape: Tape,
  reader: Reader,
  options: InnerScanOptions = {},
): void {
  // What is too long is refused there, before it is decoded.
  if (reader === 'scan' || bytes.length > limits.messageBytesMax) {
    try {
      scan(bytes, limits, tape, options);
    } catch (error) {
      throw isEncodingRefused(error) && isEncodingKnown(bytes) ? withOption(error) : error;
    }
    return;
  }
  tape.clear();
  const document = decoded(bytes);
  if (reader === 'auto' && document.octets === bytes) {
    scan(bytes, limits, tape, options);
    return;
  }
  scan(document.octets, withinLibxml(limits), tape, options);
  try {
    requireFewInScope(tape);
    const form = libxmlForm(document);
    if (reader === 'cross-check') {
      compareForm(tape, form);
    } else {
      requirePlainNamespaceNames(tape);
      scan(form, limits, tape, options);
    }
  } catch (error) {
    tape.clear();
    throw error;
  }
}

function isEncodingRefused(error: unknown): error is Fault {
  return error instanceof Fault && error.code === 'peer.encoding-forbidden';
}

/** Whether another reader would take the encoding, as far as the beginning tells. */
function isEncodingKnown(bytes: Uint8Array): boolean {
  try {
    const start = bytes.subarray(0, LOOKED_AT_BYTES);
    return decodeDocument(start).octets !== start;
  } catch {
    return false;
  }
}

/** An encoding declaration is shorter; even, for UTF-16. */
const LOOKED_AT_BYTES = 512;

function withOption({ code, detail }: Fault): Fault {
  return new Fault(code, { ...detail, option: 'reader' });
}

function decoded(bytes: Uint8Array): ReturnType<typeof decodeDocument> {
  try {
    return decodeDocument(bytes);
  } catch (error) {
    throw withForeignForm(error, bytes);
  }
}

/**
 * The octets of a document as UTF-8, as reader `auto` gets to see them: `bytes` themselves when they are UTF-8, or too
 * long to be read at all.
 * @throws Fault as {@link readDocument}, for documents in other encodings
 */
export function utf8Octets(bytes: Uint8Array, limits: Limits): Uint8Array {
  if (bytes.length > limits.messageBytesMax || decodeDocument(bytes).octets === bytes) return bytes;
  const tape = new Tape();
  readDocument(bytes, limits, tape, 'auto');
  return tape.bytes;
}

// libxml2 writes a namespace name unescaped: these characters would be lost. No URI has them.
const LOST_IN_NAMES = new Set([0x09, 0x0a, 0x0d, 0x3c]);

function requirePlainNamespaceNames({ uriBytes, uriStarts, uriEnds, uriCount }: Tape): void {
  for (let uri = 0; uri < uriCount; uri++) {
    for (let at = uriStarts[uri]!; at < uriEnds[uri]!; at++) {
      if (LOST_IN_NAMES.has(uriBytes[at]!))
        throw new Fault('peer.xml-malformed', { offset: 0, reason: 'namespace-name' });
    }
  }
}
