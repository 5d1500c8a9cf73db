/** From octets to a tape. */
import type { Limits } from '@parley/core';
import type { Kind } from '@parley/core/internal';
import { FLAG, oneOf, optional, requireInput, requireKind, requireOptions, shapeOf } from '@parley/core/internal';
import type { ScanOptions } from '../hot/scan/scan.ts';
import { scan as hotScan } from '../hot/scan/scan.ts';
import type { Reader } from '../reader/read-document.ts';
import { readDocument as plainReadDocument, READERS } from '../reader/read-document.ts';
import type { Tape } from '../tape/tape.ts';
import { requireLimits, requireTape } from './place.ts';

const OPTIONS: Kind<ScanOptions> = shapeOf<ScanOptions>({
  processingInstructions: optional(oneOf(['refuse', 'keep'])),
  plainly: optional(FLAG),
});
const READER = oneOf(READERS);

/**
 * Reads one UTF-8 document: full XML 1.0 (5th edition) and Namespaces 1.0 well-formedness, no DTD.
 *
 * Cost is linear in the size and nothing is allocated but growth of the tape. Not re-entrant.
 * @param bytes borrowed by the tape until the next scan into it; must not change meanwhile
 * @param tape filled; holds no element after a failure
 * @throws Fault `peer.xml-malformed`, `peer.xml-dtd-forbidden`, `peer.xml-version`, `peer.xml-relative-namespace`,
 * `peer.encoding-forbidden`, `peer.structure-invalid` for a refused PI, `peer.limit-message-size`, `-depth`, `-nodes`,
 * `-attributes`, `-namespaces`, `-name`, `-value`; `caller.input-invalid`, `caller.option-invalid`
 */
export function scan(bytes: Uint8Array, limits: Limits, tape: Tape, options: ScanOptions = {}): void {
  requireReading(bytes, limits, tape, options);
  hotScan(bytes, limits, tape, options);
}

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
  options: ScanOptions = {},
): void {
  requireReading(bytes, limits, tape, options);
  requireKind(READER, reader, 'reader');
  plainReadDocument(bytes, limits, tape, reader, options);
}

function requireReading(bytes: Uint8Array, limits: Limits, tape: Tape, options: ScanOptions): void {
  requireInput(bytes, 'bytes');
  requireLimits(limits);
  requireTape(tape);
  requireOptions(OPTIONS, options, 'options');
}
