/** Copying what is canonical as written must give what writing every piece anew gives. */
import type { CanonicalisationMethod } from '@parley/codec';
import { A, ATTRIBUTE_WORDS, E, ELEMENT_WORDS, Flag, type Tape } from '@parley/codec';
import { describe, expect, test } from 'vitest';
import { Random } from '../support/random.ts';
import { randomDocument } from '../support/random-document.ts';
import { canonicalDocumentText, canonicalText, KEEP, read, vectorBytes } from '../support/reading.ts';

const METHODS: readonly CanonicalisationMethod[] = ['exclusive', 'inclusive', 'inclusive-1.1'];
const SHORT_CUTS = Flag.tagCanonical | Flag.startCanonical | Flag.contentCanonical | Flag.contentExpandable;
const TEXT_FLAGS = Flag.hasText | Flag.hasReference | Flag.hasCarriageReturn;

/** The same document without a single short cut: every tag, value and text is written piece by piece. */
function slowly(text: string | Uint8Array): Tape {
  const tape: Tape = read(text, {}, KEEP);
  for (let element = 0; element < tape.elementCount; element++) {
    const at = element * ELEMENT_WORDS + E.flags;
    tape.elements[at] = (tape.elements[at]! & ~SHORT_CUTS) | TEXT_FLAGS;
  }
  for (let attribute = 0; attribute < tape.attributeCount; attribute++) {
    tape.attributes[attribute * ATTRIBUTE_WORDS + A.flags] = 0;
  }
  return tape;
}

describe.each(METHODS)('%s', (method) => {
  test('slices or not, the octets are the same: generated documents', () => {
    const random = new Random(7);
    let sliceable = 0;
    for (let count = 0; count < 3000; count++) {
      const text = randomDocument(random);
      const fast = read(text, {}, KEEP);
      const slow = slowly(text);
      const comments = random.chance(50);
      const inclusivePrefixes = random.chance(30) ? ['#default', 'a', 'n1'] : undefined;
      const element = random.below(fast.elementCount);
      const options = { method, comments, inclusivePrefixes };
      expect(canonicalDocumentText(slow, options), text).toBe(canonicalDocumentText(fast, options));
      expect(canonicalText(slow, element, options), text).toBe(canonicalText(fast, element, options));
      if ((fast.elements[element * ELEMENT_WORDS + E.flags]! & SHORT_CUTS) === SHORT_CUTS) sliceable++;
    }
    // Of the elements asked for, enough must have been slices for this to say something.
    expect(sliceable).toBeGreaterThan(300);
  });

  test.each(['signed-1k', 'signed-5k', 'signed-20k', 'signed-100k'])('slices or not: every element of %s', (name) => {
    const bytes = vectorBytes(`bench/${name}.xml`);
    const fast = read(bytes);
    const slow = slowly(bytes);
    for (let element = 0; element < fast.elementCount; element += 1 + (fast.elementCount >> 8)) {
      expect(canonicalText(slow, element, { method })).toBe(canonicalText(fast, element, { method }));
    }
  });
});
