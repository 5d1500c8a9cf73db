import type { Tape } from '@parley/codec';
import { attributeText, parentOf } from '@parley/codec';
import { attributeNamed, localName, Namespace } from '@parley/codec/internal';

const BASE = localName('base');

/** The values of xml:base on `element` and its ancestors, from the inside out. */
export function xmlBases(tape: Tape, element: number): string[] {
  const bases: string[] = [];
  for (let at = element; at >= 0; at = parentOf(tape, at)) {
    const attribute = attributeNamed(tape, at, Namespace.xml, BASE);
    if (attribute >= 0) bases.push(attributeText(tape, attribute));
  }
  return bases;
}
