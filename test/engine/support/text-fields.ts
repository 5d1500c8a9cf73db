/** Texts of every kind, for fields that carry any, and the fields of a type that do. */
import type fc from 'fast-check';
import { xmlText } from '../../codec/support/written-tree.ts';

/** The names of the members of `T` that are any text. */
export type TextsOf<T> = {
  [Name in keyof T]-?: string extends Exclude<T[Name], undefined> ? Name : never;
}[keyof T] &
  string;

/** Any text that XML can carry, blanks around it included, but for none at all. */
export const anyText: fc.Arbitrary<string> = xmlText.filter((text) => text !== '');

/** The same for fields of types that leave out white space around them (xs:anyURI). */
export const trimmedText: fc.Arbitrary<string> = xmlText
  .map((text) => text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, ''))
  .filter((text) => text !== '');
