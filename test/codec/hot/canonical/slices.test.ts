/** Copying what is canonical as written must give what writing every piece anew gives. */
import type { CanonicalisationMethod, Tape } from '@parley/codec';
import { E, ELEMENT_WORDS } from '@parley/codec/internal';
import { describe, expect, test } from 'vitest';
import { Random } from '../../../fuzz/src/documents/random.ts';
import { randomDocument } from '../../../fuzz/src/documents/random-document.ts';
import { forgetSlices, SHORT_CUTS } from '../../../fuzz/src/forget-slices.ts';
import { canonicalDocumentText, canonicalText, KEEP, read, vectorBytes } from '../../support/reading.ts';

const METHODS: readonly CanonicalisationMethod[] = ['exclusive', 'inclusive', 'inclusive-1.1'];

/** The same document without a single short cut. */
function slowly(text: string | Uint8Array): Tape {
  const tape: Tape = read(text, {}, KEEP);
  forgetSlices(tape);
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
