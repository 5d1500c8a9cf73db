import type { Tape } from '../tape.ts';
import { A, ATTRIBUTE_WORDS } from '../tape.ts';
import { compareOctets } from './octet-hash.ts';

/** C14N order of two attributes: by URI octets (so unqualified first), then by local name octets; 0 for the same name. */
export function compareAttributes(tape: Tape, left: number, right: number): number {
  const words = tape.attributes;
  const leftBase = left * ATTRIBUTE_WORDS;
  const rightBase = right * ATTRIBUTE_WORDS;
  const leftUri = words[leftBase + A.uri]!;
  const rightUri = words[rightBase + A.uri]!;
  if (leftUri !== rightUri) {
    if (leftUri === 0) return -1;
    if (rightUri === 0) return 1;
    return compareOctets(
      tape.uriBytes,
      tape.uriStarts[leftUri]!,
      tape.uriEnds[leftUri]!,
      tape.uriBytes,
      tape.uriStarts[rightUri]!,
      tape.uriEnds[rightUri]!,
    );
  }
  return compareOctets(
    tape.bytes,
    words[leftBase + A.local]!,
    words[leftBase + A.nameEnd]!,
    tape.bytes,
    words[rightBase + A.local]!,
    words[rightBase + A.nameEnd]!,
  );
}
