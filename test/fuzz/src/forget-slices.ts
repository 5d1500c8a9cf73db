import type { Tape } from '@parley/codec';
import { A, ATTRIBUTE_WORDS, E, ELEMENT_WORDS, Flag } from '@parley/codec';

const SLICES = ~(Flag.tagCanonical | Flag.startCanonical | Flag.contentCanonical | Flag.contentExpandable);

/** Makes `tape` forget what is canonical as written, so that its canonical forms are written out, node by node. */
export function forgetSlices(tape: Tape): void {
  const { elements, attributes } = tape;
  for (let at = E.flags; at < tape.elementCount * ELEMENT_WORDS; at += ELEMENT_WORDS) elements[at]! &= SLICES;
  for (let at = A.flags; at < tape.attributeCount * ATTRIBUTE_WORDS; at += ATTRIBUTE_WORDS) {
    attributes[at]! &= ~Flag.canonical;
  }
}
