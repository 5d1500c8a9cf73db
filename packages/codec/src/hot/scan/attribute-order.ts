import type { Tape } from '../../tape/tape.ts';
import { A, ATTRIBUTE_WORDS } from '../../tape/tape.ts';
import { compareOctets, sameOctets } from '../octets/octet-hash.ts';
import { compareUriStarts, compareUris } from './uri-order.ts';

/**
 * C14N order of two attributes: by URI octets (so unqualified first), then by local name octets; 0 for the same name.
 * The document is scanned to its end.
 */
export function compareAttributes(tape: Tape, left: number, right: number): number {
  const leftUri = tape.attributes[left * ATTRIBUTE_WORDS + A.uri]!;
  const rightUri = tape.attributes[right * ATTRIBUTE_WORDS + A.uri]!;
  if (leftUri === rightUri) return compareLocalNames(tape, left, right);
  if (leftUri === 0) return -1;
  if (rightUri === 0) return 1;
  return compareUris(tape, leftUri, rightUri);
}

/** Whether `left` surely comes before `right` in C14N order; false also where long URIs would have to be compared. */
export function isBefore(tape: Tape, left: number, right: number): boolean {
  const leftUri = tape.attributes[left * ATTRIBUTE_WORDS + A.uri]!;
  const rightUri = tape.attributes[right * ATTRIBUTE_WORDS + A.uri]!;
  if (leftUri === rightUri) return compareLocalNames(tape, left, right) < 0;
  if (leftUri === 0) return true;
  return rightUri !== 0 && compareUriStarts(tape, leftUri, rightUri) < 0;
}

/** Whether two attributes have the same expanded name. */
export function haveSameName(tape: Tape, left: number, right: number): boolean {
  const words = tape.attributes;
  const leftBase = left * ATTRIBUTE_WORDS;
  const rightBase = right * ATTRIBUTE_WORDS;
  return (
    words[leftBase + A.uri] === words[rightBase + A.uri] &&
    sameOctets(
      tape.bytes,
      words[leftBase + A.local]!,
      words[leftBase + A.nameEnd]!,
      tape.bytes,
      words[rightBase + A.local]!,
      words[rightBase + A.nameEnd]!,
    )
  );
}

function compareLocalNames(tape: Tape, left: number, right: number): number {
  const words = tape.attributes;
  const leftBase = left * ATTRIBUTE_WORDS;
  const rightBase = right * ATTRIBUTE_WORDS;
  return compareOctets(
    tape.bytes,
    words[leftBase + A.local]!,
    words[leftBase + A.nameEnd]!,
    tape.bytes,
    words[rightBase + A.local]!,
    words[rightBase + A.nameEnd]!,
  );
}
