/** What inclusive C14N takes over from the ancestors of the apex: their `xml:` attributes (protocol §4.4). */
import { limitFault } from '@parley/core/internal';
import type { Tape } from '../../tape/tape.ts';
import { A, ATTRIBUTE_WORDS, E, ELEMENT_WORDS } from '../../tape/tape.ts';
import { attributeText, decodeText } from '../../tape/text.ts';
import { Namespace } from '../../tape/vocabulary.ts';
import { joinBase } from './join-base.ts';

/** What to print on the apex besides its own attributes. */
export interface Inherited {
  /** Attributes of ancestors, the nearest of each name. */
  readonly attributes: readonly number[];
  /** C14N 1.1: what xml:base says on the apex, whatever it says where it stands; '' is not printed. `undefined`: that. */
  readonly base: string | undefined;
}

// safety: each xml:base is joined with all outside of it: their number must not multiply with their length.
const BASES_LENGTH_MAX = 4096;

/** What C14N 1.1 takes over: the first two as they are, xml:base joined. */
const TAKEN_BY_1_1: readonly string[] = ['lang', 'space', 'base'];

/**
 * What `apex` inherits by C14N 1.0, or by 1.1 when `is11`; `undefined` for nothing, which is nearly always.
 * @throws Fault `peer.limit-value` when the values of xml:base are longer than any URI
 */
export function inheritedBy(tape: Tape, apex: number, is11: boolean): Inherited | undefined {
  const ancestors = ancestorsWithXmlAttributes(tape, apex);
  if (ancestors.length === 0) return undefined;
  const own = new Map(xmlAttributes(tape, apex));
  const taken = new Set(own.keys());
  const attributes: number[] = [];
  const bases: string[] = [];
  for (const ancestor of ancestors) {
    for (const [name, attribute] of xmlAttributes(tape, ancestor)) {
      if (is11 && name === 'base') bases.push(attributeText(tape, attribute));
      if (taken.has(name) || (is11 && !TAKEN_BY_1_1.includes(name))) continue;
      taken.add(name);
      attributes.push(attribute);
    }
  }
  const ownBase = own.get('base');
  // spec: joined from the inside out; only an omitted ancestor's xml:base makes it necessary.
  if (bases.length > 0 && ownBase !== undefined) bases.unshift(attributeText(tape, ownBase));
  const length = bases.reduce((sum, { length: more }) => sum + more, 0);
  if (length > BASES_LENGTH_MAX) throw limitFault('peer.limit-value', 'xmlBaseCharactersMax', BASES_LENGTH_MAX, length);
  const base = bases.length === 0 ? undefined : bases.reduce((inner, outer) => joinBase(outer, inner));
  return attributes.length === 0 && base === undefined ? undefined : { attributes, base };
}

/** From the parent upwards. */
function ancestorsWithXmlAttributes(tape: Tape, apex: number): readonly number[] {
  const found: number[] = [];
  const { elements } = tape;
  let element = elements[apex * ELEMENT_WORDS + E.parent]!;
  for (; element >= 0; element = elements[element * ELEMENT_WORDS + E.parent]!) {
    const first = elements[element * ELEMENT_WORDS + E.attributes]!;
    const end = first + elements[element * ELEMENT_WORDS + E.attributeCount]!;
    for (let attribute = first; attribute < end; attribute++) {
      if (!isXml(tape, attribute)) continue;
      found.push(element);
      break;
    }
  }
  return found;
}

/** Local names and attribute records. */
function xmlAttributes(tape: Tape, element: number): readonly (readonly [name: string, attribute: number])[] {
  const first = tape.elements[element * ELEMENT_WORDS + E.attributes]!;
  const end = first + tape.elements[element * ELEMENT_WORDS + E.attributeCount]!;
  const found: [string, number][] = [];
  for (let attribute = first; attribute < end; attribute++) {
    if (!isXml(tape, attribute)) continue;
    const base = attribute * ATTRIBUTE_WORDS;
    found.push([
      decodeText(tape.bytes, tape.attributes[base + A.local]!, tape.attributes[base + A.nameEnd]!),
      attribute,
    ]);
  }
  return found;
}

/** Whether `attribute` is in the namespace of the prefix xml. */
export function isXml(tape: Tape, attribute: number): boolean {
  return tape.attributes[attribute * ATTRIBUTE_WORDS + A.uri] === Namespace.xml;
}

/** Whether `attribute` is xml:base. */
export function isXmlBase(tape: Tape, attribute: number): boolean {
  const base = attribute * ATTRIBUTE_WORDS;
  const start = tape.attributes[base + A.local]!;
  const end = tape.attributes[base + A.nameEnd]!;
  return isXml(tape, attribute) && decodeText(tape.bytes, start, end) === 'base';
}
