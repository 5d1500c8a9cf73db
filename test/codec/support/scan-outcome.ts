/** What a scan leaves behind, to be compared with what another scan leaves. */
import type { ScanOptions } from '@parley/codec';
import { scan, Tape } from '@parley/codec';
import { ATTRIBUTE_WORDS, DECLARATION_WORDS, ELEMENT_WORDS } from '@parley/codec/internal';
import type { Limits } from '@parley/core';
import { DEFAULT_LIMITS, Fault } from '@parley/core';

/** Everything that a scan leaves on the tape, or what it refuses with. */
export function scanOutcome(bytes: Uint8Array, options: ScanOptions, limits: Limits = DEFAULT_LIMITS): object {
  const tape = new Tape();
  try {
    scan(bytes, limits, tape, options);
  } catch (error) {
    if (error instanceof Fault) return { code: error.code, detail: error.detail };
    throw error;
  }
  return {
    elements: textOfWords(tape.elements, tape.elementCount, ELEMENT_WORDS),
    attributes: textOfWords(tape.attributes, tape.attributeCount, ATTRIBUTE_WORDS),
    declarations: tape.declarations.slice(0, tape.declarationCount * DECLARATION_WORDS),
    prefixStarts: tape.prefixStarts.slice(0, tape.prefixCount),
    prefixEnds: tape.prefixEnds.slice(0, tape.prefixCount),
    uriStarts: tape.uriStarts.slice(0, tape.uriCount),
    uriEnds: tape.uriEnds.slice(0, tape.uriCount),
    uris: tape.uriBytes.slice(0, tape.uriEnds[tape.uriCount - 1]),
    ids: tape.ids.slice(0, tape.idCount * 2),
    comments: [tape.commentCount, tape.firstComment],
    instructions: [tape.processingInstructionCount, tape.firstProcessingInstruction],
  };
}

// One string is compared in a moment, a million numbers are not.
function textOfWords(words: Int32Array, count: number, size: number): string {
  const records = Array.from({ length: count }, (_, index) =>
    words.subarray(index * size, (index + 1) * size).join(' '),
  );
  return records.join('\n');
}
