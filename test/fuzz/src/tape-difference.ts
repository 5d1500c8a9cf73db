import type { Tape } from '@parley/codec';
import { ATTRIBUTE_WORDS, DECLARATION_WORDS, ELEMENT_WORDS } from '@parley/codec/internal';

const COUNTS = [
  'elementCount',
  'attributeCount',
  'declarationCount',
  'prefixCount',
  'uriCount',
  'idCount',
  'commentCount',
  'firstComment',
  'processingInstructionCount',
  'firstProcessingInstruction',
] as const;

/** What two scans of one document left differently on their tapes; `undefined` for nothing. */
export function tapeDifference(one: Tape, other: Tape): string | undefined {
  for (const count of COUNTS) if (one[count] !== other[count]) return `${count} ${one[count]} and ${other[count]}`;
  return (
    wordDifference('elements', one.elements, other.elements, one.elementCount * ELEMENT_WORDS) ??
    wordDifference('attributes', one.attributes, other.attributes, one.attributeCount * ATTRIBUTE_WORDS) ??
    wordDifference('declarations', one.declarations, other.declarations, one.declarationCount * DECLARATION_WORDS) ??
    wordDifference('prefixStarts', one.prefixStarts, other.prefixStarts, one.prefixCount) ??
    wordDifference('prefixEnds', one.prefixEnds, other.prefixEnds, one.prefixCount) ??
    wordDifference('uriStarts', one.uriStarts, other.uriStarts, one.uriCount) ??
    wordDifference('uriEnds', one.uriEnds, other.uriEnds, one.uriCount) ??
    wordDifference('uriBytes', one.uriBytes, other.uriBytes, one.uriEnds[one.uriCount - 1] ?? 0) ??
    wordDifference('ids', one.ids, other.ids, one.idCount * 2)
  );
}

function wordDifference(
  name: string,
  one: Int32Array | Uint8Array,
  other: Int32Array | Uint8Array,
  count: number,
): string | undefined {
  for (let index = 0; index < count; index++) {
    if (one[index] !== other[index]) return `${name}[${index}] ${one[index]} and ${other[index]}`;
  }
  return undefined;
}
