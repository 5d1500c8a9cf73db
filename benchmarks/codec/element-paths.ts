import type { Tape } from '@parley/codec';
import { firstChild, nextSibling, parentOf } from '@parley/codec/internal';

/** Where `element` is: the number of its ancestor, or of itself, among its siblings, from the root's child on. */
export function childNumbers(tape: Tape, element: number): readonly number[] {
  const parent = parentOf(tape, element);
  if (parent < 0) return [];
  let number = 0;
  for (let child = firstChild(tape, parent); child !== element; child = nextSibling(tape, child)) number++;
  return [...childNumbers(tape, parent), number];
}

/** The same as XPath, which takes no time to speak of because it names nothing. */
export function xpathOf(tape: Tape, element: number): string {
  return ['/*', ...childNumbers(tape, element).map((number) => `*[${number + 1}]`)].join('/');
}
