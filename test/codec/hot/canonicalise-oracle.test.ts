import type { Tape } from '@parley/codec';
import { describe, expect, test } from 'vitest';
import { OracleDocument } from '../support/libxml2.ts';
import { Random } from '../support/random.ts';
import { randomDocument } from '../support/random-document.ts';
import { canonicalDocumentText, canonicalText, KEEP, octets, read } from '../support/reading.ts';

const PREFIX_LISTS: readonly (readonly string[])[] = [
  ['#default'],
  ['a', 'b'],
  ['#default', 'n1', 'é', 'unknown'],
  ['xs', '_p', 'B', 'a.b', 'long-prefix', '豈', '𐀀'],
];

/** Everything one document is asked: whole, with comments, one random element, and that with a PrefixList. */
function compare(text: string, random: Random): void {
  const bytes = octets(text);
  const oracle = OracleDocument.parse(bytes);
  if (oracle === undefined) throw new Error(`libxml2 refuses a generated document: ${text}`);
  try {
    const tape: Tape = read(bytes, {}, KEEP);
    const comments = random.chance(50);
    expect(canonicalDocumentText(tape, { comments }), text).toBe(oracle.canonicalDocument({ comments }));
    const element = random.below(tape.elementCount);
    expect(canonicalText(tape, element), text).toBe(oracle.canonicalElement(element, {}));
    const options = { inclusivePrefixes: random.pick(PREFIX_LISTS), comments };
    expect(canonicalText(tape, element, options), text).toBe(oracle.canonicalElement(element, options));
  } finally {
    oracle.close();
  }
}

describe('canonicalise agrees with libxml2', () => {
  // Forty batches, so that one failure names its seed.
  test.each(Array.from({ length: 40 }, (_, index) => 20261122 + index))('on 500 documents of seed %i', (seed) => {
    const random = new Random(seed);
    for (let count = 0; count < 500; count++) compare(randomDocument(random), random);
  });
});
