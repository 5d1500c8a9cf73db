/** By what templates are looked for: a number that all their messages have. */
import type { OctetTemplate } from '@parley/codec/internal';
import { octetMatcher } from '@parley/codec/internal';

/** What a template knows of the Body: each element of it, or the start tag of the one that it holds. */
export type BodyForm = 'same' | 'any';

export interface Printed {
  /** One of {@link printsOfTaken} of each message. */
  readonly print: number;
}

/** The prints of the message that the matcher took: of all elements, and of those up to the one that the Body holds. */
export function printsOfTaken(): Int32Array {
  octetMatcher.print();
  return octetMatcher.prints;
}

/** The print of what a template takes that knows so much of the Body. */
export function printOf({ prints }: OctetTemplate, body: BodyForm): number {
  return prints[body === 'same' ? 0 : 1]!;
}
