/**
 * Order of namespace URIs by octets.
 *
 * safety: two attributes of four octets can make two URIs of 64 KiB be compared, again on every element. So a comparison
 * looks at the first octets only, and where these are the same, at ranks that all URIs of the document are given at once.
 */
import type { Tape } from '../../tape/tape.ts';
import { compareOctets } from '../octets/octet-hash.ts';

// The URIs of WS-* and of XML Signature differ among themselves within 70 octets.
const COMPARED_BYTES = 128;

/** Order of two URI ids by their first octets; 0 when these do not tell. */
export function compareUriStarts(tape: Tape, left: number, right: number): number {
  const leftStart = tape.uriStarts[left]!;
  const leftEnd = Math.min(tape.uriEnds[left]!, leftStart + COMPARED_BYTES);
  const rightStart = tape.uriStarts[right]!;
  const rightEnd = Math.min(tape.uriEnds[right]!, rightStart + COMPARED_BYTES);
  return compareOctets(tape.uriBytes, leftStart, leftEnd, tape.uriBytes, rightStart, rightEnd);
}

/** Order of two URI ids of a document that is scanned to its end. */
export function compareUris(tape: Tape, left: number, right: number): number {
  const difference = compareUriStarts(tape, left, right);
  if (difference !== 0) return difference;
  if (tape.uriRankCount !== tape.uriCount) rankUris(tape);
  return tape.uriRanks[left]! - tape.uriRanks[right]!;
}

/** Gives every URI its place among all of them: once per document, and only if there is one that needs it. */
function rankUris(tape: Tape): void {
  const { uriBytes, uriStarts, uriEnds, uriCount } = tape;
  const sorted = Int32Array.from({ length: uriCount }, (_, uri) => uri).sort((left, right) =>
    compareOctets(uriBytes, uriStarts[left]!, uriEnds[left]!, uriBytes, uriStarts[right]!, uriEnds[right]!),
  );
  if (tape.uriRanks.length < uriCount) tape.uriRanks = new Int32Array(uriStarts.length);
  sorted.forEach((uri, rank) => {
    tape.uriRanks[uri] = rank;
  });
  tape.uriRankCount = uriCount;
}
