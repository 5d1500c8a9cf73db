/** Random changes of a message's tree, the same in every run: what reorders, hides, doubles and renames, and keeps the syntax. */
import { localNameOf, scan, Tape } from '@parley/codec';
import type { Patch } from '@parley/codec/internal';
import { splice } from '@parley/codec/internal';
import { DEFAULT_LIMITS } from '@parley/core';
import { A, ATTRIBUTE_WORDS, E, ELEMENT_WORDS } from '../../../packages/codec/src/tape/tape.ts';
import type { Chance } from './mutations.ts';

/** A message and its tape, to be looked at as a tree. */
export interface Tree {
  readonly bytes: Uint8Array;
  readonly tape: Tape;
}

/** `undefined` for what is no document. */
export function treeOf(bytes: Uint8Array): Tree | undefined {
  const tape = new Tape();
  try {
    scan(bytes, DEFAULT_LIMITS, tape);
  } catch {
    return undefined;
  }
  return { bytes, tape };
}

/** What an operator works on: a tree to change, one that lends, and two elements of the former that are not one in the other. */
interface Scene {
  readonly tree: Tree;
  readonly lender: Tree;
  readonly element: number;
  readonly apart: number;
  readonly chance: Chance;
}

type Operator = (scene: Scene) => readonly Patch[];

const NAMES = [
  'Body',
  'Header',
  'Security',
  'Signature',
  'Timestamp',
  'Action',
  'Reference',
  'Object',
  'EncryptedData',
];
const ID_NAMES = ['Id', 'ID', 'id', 'u:Id', 'wsu:Id', 'xml:id', 'AssertionID', 'URI'];
const BETWEEN = ['<!--x-->', '<?x y?>', '<![CDATA[]]>', ' ', '\n', '<x xmlns="urn:x"/>', '&#32;', 'text'];
const IN_TEXT = ['<!--x-->', '<![CDATA[x]]>', '&#65;', ' ', '\r', '', '&amp;', '<x/>', '='];
const DECLARED = [
  'xmlns=""',
  'xmlns="urn:x"',
  'xmlns:s="urn:x"',
  'xmlns:u="urn:x"',
  'xmlns:ds="urn:x"',
  'xml:space="preserve"',
];

/** By what each does. */
export const OPERATORS: Readonly<Record<string, Operator>> = {
  'an element less': ({ tree, element }) => [without(spanOf(tree, element))],
  'an element twice': ({ tree, element }) => [inserted(spanOf(tree, element).end, octetsOf(tree, element))],
  'elements swapped': ({ tree, element, apart }) => [
    { ...spanOf(tree, element), with: octetsOf(tree, apart) },
    { ...spanOf(tree, apart), with: octetsOf(tree, element) },
  ],
  'an element moved to another': ({ tree, element, apart }) => [
    without(spanOf(tree, element)),
    inserted(contentStart(tree, apart), octetsOf(tree, element)),
  ],
  'an element moved behind another': ({ tree, element, apart }) => [
    without(spanOf(tree, element)),
    inserted(spanOf(tree, apart).end, octetsOf(tree, element)),
  ],
  'an element copied into another': ({ tree, element, apart }) => [
    inserted(contentStart(tree, apart), octetsOf(tree, element)),
  ],
  'an element in another': ({ tree, element }) => wrapped(tree, element, '<x xmlns="urn:x">', '</x>'),
  'an element in one of its name': ({ tree, element }) => {
    const name = nameOf(tree, element);
    return wrapped(tree, element, `<${name}>`, `</${name}>`);
  },
  'an element replaced by its content': ({ tree, element }) => [
    { ...spanOf(tree, element), with: contentOf(tree, element) },
  ],
  'an element emptied': ({ tree, element }) => {
    const start = contentStart(tree, element);
    return [{ start, end: Math.max(start, word(tree, element, 'contentEnd')), with: NOTHING }];
  },
  'an element renamed': ({ tree, element, chance }) => renamed(tree, element, one(NAMES, chance)),
  'an element of another message': ({ tree, lender, element, chance }) => {
    const name = localNameOf(tree.tape, element);
    const alike = elementsOf(lender).filter((other) => localNameOf(lender.tape, other) === name);
    if (alike.length === 0) return [];
    return [{ ...spanOf(tree, element), with: octetsOf(lender, one(alike, chance)) }];
  },
  'any element of another message': ({ tree, lender, element, chance }) => [
    inserted(spanOf(tree, element).end, octetsOf(lender, one(elementsOf(lender), chance))),
  ],
  'an attribute less': ({ tree, element, chance }) =>
    ofAttribute(tree, element, chance, (at) => [without(attributeSpan(tree, at))]),
  'an attribute twice': ({ tree, element, chance }) =>
    ofAttribute(tree, element, chance, (at) => {
      const { start, end } = attributeSpan(tree, at);
      return [inserted(end, utf8(` ${latin1(tree.bytes.subarray(start, end))}`))];
    }),
  'an attribute with the value of another': ({ tree, element, apart, chance }) =>
    ofAttribute(tree, element, chance, (at) =>
      ofAttribute(tree, apart, chance, (other) => {
        const { start, end } = valueSpan(tree, other);
        return [{ ...valueSpan(tree, at), with: tree.bytes.subarray(start, end) }];
      }),
    ),
  'an attribute of another element': ({ tree, element, apart, chance }) =>
    ofAttribute(tree, apart, chance, (at) => {
      const { start, end } = attributeSpan(tree, at);
      return [inserted(word(tree, element, 'nameEnd'), utf8(` ${latin1(tree.bytes.subarray(start, end))}`))];
    }),
  'an attribute renamed': ({ tree, element, chance }) =>
    ofAttribute(tree, element, chance, (at) => [{ ...attributeNameSpan(tree, at), with: utf8(one(ID_NAMES, chance)) }]),
  'a namespace declared': ({ tree, element, chance }) => [
    inserted(word(tree, element, 'nameEnd'), utf8(` ${one(DECLARED, chance)}`)),
  ],
  'something between elements': ({ tree, element, chance }) => [
    inserted(spanOf(tree, element).start, utf8(one(BETWEEN, chance))),
  ],
  'something in a text': ({ tree, element, chance }) => {
    const start = contentStart(tree, element);
    const end = Math.max(start, word(tree, element, 'contentEnd'));
    const at = start + chance(end - start + 1);
    return [{ start: at, end: Math.min(end, at + chance(2)), with: utf8(one(IN_TEXT, chance)) }];
  },
};

const NAMED = Object.entries(OPERATORS);

/** `bytes` after one to three changes, and what they were; as it was where a change makes no document of it. */
export function treeMutated(
  bytes: Uint8Array,
  lender: Tree,
  chance: Chance,
): { readonly bytes: Uint8Array; readonly changes: readonly string[] } {
  const changes: string[] = [];
  let changed = bytes;
  for (let left = 1 + chance(3); left > 0; left--) {
    const tree = treeOf(changed);
    if (tree === undefined) break;
    const element = chance(tree.tape.elementCount);
    const apart =
      one(
        elementsOf(tree).filter((other) => areApart(tree, element, other)),
        chance,
      ) ?? element;
    const [name, operator] = NAMED[chance(NAMED.length)]!;
    const patches = operator({ tree, lender, element, apart, chance });
    if (patches.length > 1 && apart === element) continue;
    changed = splice(
      changed,
      patches.toSorted((left, right) => left.start - right.start || left.end - right.end),
    );
    changes.push(`${name} (${element}, ${apart})`);
  }
  return { bytes: changed, changes };
}

const NOTHING = new Uint8Array(0);

interface Span {
  readonly start: number;
  readonly end: number;
}

function one<Item>(items: readonly Item[], chance: Chance): Item {
  return items[chance(items.length)]!;
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Of names and attributes of ours, which are ASCII. */
function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}

function word({ tape }: Tree, element: number, name: keyof typeof E): number {
  return tape.elements[element * ELEMENT_WORDS + E[name]]!;
}

function elementsOf({ tape }: Tree): readonly number[] {
  return Array.from({ length: tape.elementCount }, (_, element) => element);
}

function areApart(tree: Tree, element: number, other: number): boolean {
  const left = spanOf(tree, element);
  const right = spanOf(tree, other);
  return left.end <= right.start || right.end <= left.start;
}

function spanOf(tree: Tree, element: number): Span {
  return { start: word(tree, element, 'start'), end: word(tree, element, 'end') };
}

function octetsOf(tree: Tree, element: number): Uint8Array {
  const { start, end } = spanOf(tree, element);
  return tree.bytes.subarray(start, end);
}

/** Where something can be put in; behind an empty-element tag, which has no inside. */
function contentStart(tree: Tree, element: number): number {
  return word(tree, element, 'content');
}

function contentOf(tree: Tree, element: number): Uint8Array {
  return tree.bytes.subarray(
    contentStart(tree, element),
    Math.max(contentStart(tree, element), word(tree, element, 'contentEnd')),
  );
}

function nameOf(tree: Tree, element: number): string {
  return latin1(tree.bytes.subarray(word(tree, element, 'start') + 1, word(tree, element, 'nameEnd')));
}

function without(span: Span): Patch {
  return { ...span, with: NOTHING };
}

function inserted(at: number, octets: Uint8Array): Patch {
  return { start: at, end: at, with: octets };
}

function wrapped(tree: Tree, element: number, before: string, behind: string): readonly Patch[] {
  const { start, end } = spanOf(tree, element);
  return [{ start, end, with: Buffer.concat([utf8(before), octetsOf(tree, element), utf8(behind)]) }];
}

function renamed(tree: Tree, element: number, localName: string): readonly Patch[] {
  const local = { start: word(tree, element, 'local'), end: word(tree, element, 'nameEnd'), with: utf8(localName) };
  const contentEnd = word(tree, element, 'contentEnd');
  const { start, end } = spanOf(tree, element);
  if (contentEnd === end) return [local];
  const prefixLength = local.start - start - 1;
  const endLocal = contentEnd + 2 + prefixLength;
  return [local, { start: endLocal, end: endLocal + (local.end - local.start), with: utf8(localName) }];
}

function ofAttribute(
  tree: Tree,
  element: number,
  chance: Chance,
  change: (attribute: number) => readonly Patch[],
): readonly Patch[] {
  const count = word(tree, element, 'attributeCount');
  return count === 0 ? [] : change(word(tree, element, 'attributes') + chance(count));
}

function attributeWord({ tape }: Tree, attribute: number, name: keyof typeof A): number {
  return tape.attributes[attribute * ATTRIBUTE_WORDS + A[name]]!;
}

function attributeSpan(tree: Tree, attribute: number): Span {
  return { start: attributeWord(tree, attribute, 'name'), end: attributeWord(tree, attribute, 'valueEnd') + 1 };
}

function attributeNameSpan(tree: Tree, attribute: number): Span {
  return { start: attributeWord(tree, attribute, 'name'), end: attributeWord(tree, attribute, 'nameEnd') };
}

function valueSpan(tree: Tree, attribute: number): Span {
  return { start: attributeWord(tree, attribute, 'value'), end: attributeWord(tree, attribute, 'valueEnd') };
}
