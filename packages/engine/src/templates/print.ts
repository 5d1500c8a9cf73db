/** By what templates are looked for, and shapes are counted: numbers that all their messages have. */
import type { Tape } from '@parley/codec';
import type { OctetTemplate } from '@parley/codec/internal';
import { E, ELEMENT_WORDS, octetMatcher } from '@parley/codec/internal';
import { payloadOf } from './body-content.ts';

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

/**
 * A number that messages of one shape share: of their elements, how deep they stand and how long their names are. Others may
 * share it too: it says when a template is worth a try, and nothing more.
 */
export function shapeOf({ elements, elementCount }: Tape): number {
  return hashOf(elements, elementCount, 0);
}

/** The same of all elements up to the one that the Body holds. */
export function outlineOf(tape: Tape): number {
  return hashOf(tape.elements, payloadOf(tape) + 1, 1);
}

function hashOf(elements: Tape['elements'], elementCount: number, kind: number): number {
  let hash = elementCount * 2 + kind;
  for (let base = 0; base < elementCount * ELEMENT_WORDS; base += ELEMENT_WORDS) {
    const nameBytes = elements[base + E.nameEnd]! - elements[base + E.start]!;
    const counts = (elements[base + E.attributeCount]! << 8) ^ (elements[base + E.declarationCount]! << 16);
    hash = Math.imul(hash ^ nameBytes ^ counts ^ (elements[base + E.uri]! << 24), 0x9e3779b1);
    hash = Math.imul(hash ^ (hash >>> 15) ^ elements[base + E.parent]!, 0x85ebca6b);
  }
  return hash ^ (hash >>> 13);
}
