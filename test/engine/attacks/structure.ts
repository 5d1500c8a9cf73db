/** Small changes of structure: elements and attributes taken out, doubled, and swapped with every sibling. */

import { nextSibling, scan, Tape } from '@parley/codec';
import type { Patch } from '@parley/codec/internal';
import { DEFAULT_LIMITS } from '@parley/core';
import { A, ATTRIBUTE_WORDS, E, ELEMENT_WORDS } from '../../../packages/codec/src/tape/tape.ts';

export interface Change {
  readonly name: string;
  readonly patches: readonly Patch[];
}

interface Span {
  readonly start: number;
  readonly end: number;
}

const NOTHING = new Uint8Array(0);

/** Every change of the structure of `message`, in document order. */
export function* structureChanges(message: Uint8Array): Generator<Change> {
  const tape = new Tape();
  scan(message, DEFAULT_LIMITS, tape);
  for (let element = 1; element < tape.elementCount; element++) {
    const span = elementSpan(tape, element);
    yield { name: `without element ${element}`, patches: [{ ...span, with: NOTHING }] };
    yield { name: `element ${element} twice`, patches: [doubled(message, span)] };
    for (let other = nextSibling(tape, element); other >= 0; other = nextSibling(tape, other)) {
      yield { name: `element ${element} for ${other}`, patches: swapped(message, span, elementSpan(tape, other)) };
    }
  }
  for (let element = 0; element < tape.elementCount; element++) yield* attributeChanges(tape, message, element);
}

function* attributeChanges(tape: Tape, message: Uint8Array, element: number): Generator<Change> {
  const first = tape.elements[element * ELEMENT_WORDS + E.attributes]!;
  const end = first + tape.elements[element * ELEMENT_WORDS + E.attributeCount]!;
  for (let attribute = first; attribute < end; attribute++) {
    const span = attributeSpan(tape, attribute);
    yield { name: `without attribute ${attribute}`, patches: [{ ...span, with: NOTHING }] };
    yield { name: `attribute ${attribute} twice`, patches: [doubled(message, span, ' ')] };
    for (let other = attribute + 1; other < end; other++) {
      const otherSpan = attributeSpan(tape, other);
      yield { name: `attribute ${attribute} for ${other}`, patches: swapped(message, span, otherSpan) };
      yield {
        name: `values of ${attribute} and ${other}`,
        patches: swapped(message, valueSpan(tape, attribute), valueSpan(tape, other)),
      };
    }
  }
}

function doubled(message: Uint8Array, { start, end }: Span, between = ''): Patch {
  return { start: end, end, with: Buffer.concat([Buffer.from(between), message.subarray(start, end)]) };
}

function swapped(message: Uint8Array, left: Span, right: Span): readonly Patch[] {
  return [
    { ...left, with: message.subarray(right.start, right.end) },
    { ...right, with: message.subarray(left.start, left.end) },
  ];
}

function elementSpan(tape: Tape, element: number): Span {
  const base = element * ELEMENT_WORDS;
  return { start: tape.elements[base + E.start]!, end: tape.elements[base + E.end]! };
}

function attributeSpan(tape: Tape, attribute: number): Span {
  const base = attribute * ATTRIBUTE_WORDS;
  return { start: tape.attributes[base + A.name]!, end: tape.attributes[base + A.valueEnd]! + 1 };
}

function valueSpan(tape: Tape, attribute: number): Span {
  const base = attribute * ATTRIBUTE_WORDS;
  return { start: tape.attributes[base + A.value]!, end: tape.attributes[base + A.valueEnd]! };
}
