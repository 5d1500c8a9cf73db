import type { Tape } from '@parley/codec';
import { A, ATTRIBUTE_WORDS, E, ELEMENT_WORDS, Flag } from '@parley/codec/internal';

/** What an element is copied by, as it is written. */
export const SHORT_CUTS: number =
  Flag.tagCanonical | Flag.startCanonical | Flag.contentCanonical | Flag.contentExpandable;
/** Text that has to be looked at, octet by octet. */
const TEXT = Flag.hasText | Flag.hasReference | Flag.hasCarriageReturn;

/** Makes `tape` forget what is canonical as written: every tag, value and text is then written piece by piece. */
export function forgetSlices(tape: Tape): void {
  const { elements, attributes } = tape;
  for (let at = E.flags; at < tape.elementCount * ELEMENT_WORDS; at += ELEMENT_WORDS) {
    elements[at] = (elements[at]! & ~SHORT_CUTS) | TEXT;
  }
  for (let at = A.flags; at < tape.attributeCount * ATTRIBUTE_WORDS; at += ATTRIBUTE_WORDS) attributes[at] = 0;
}
