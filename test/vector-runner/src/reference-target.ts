/** What a ds:Reference means: the document, an element of it, or something that is not in it. */
import type { Tape } from '@parley/codec';
import { attributeText } from '@parley/codec';
import { A, ATTRIBUTE_WORDS } from '@parley/codec/internal';

export interface ReferenceTarget {
  /** The element whose subtree is meant; `undefined` for the whole document. */
  readonly element: number | undefined;
  /** Only a full xpointer keeps the comments. */
  readonly comments: boolean;
}

const FRAGMENT = /^#([^()]+)$/;
const XPOINTER = /^#xpointer\((?:\/|id\((['"])(.*)\1\))\)$/;

export function isFragment(uri: string): boolean {
  return FRAGMENT.test(uri);
}

/** `undefined` for what is not in the document, or is in it twice. */
export function targetOf(tape: Tape, uri: string | undefined): ReferenceTarget | undefined {
  if (uri === '') return { element: undefined, comments: false };
  const xpointer = XPOINTER.exec(uri ?? '');
  if (xpointer !== null && xpointer[2] === undefined) return { element: undefined, comments: true };
  const id = xpointer?.[2] ?? FRAGMENT.exec(uri ?? '')?.[1];
  const [element, ...others] = id === undefined ? [] : elementsWithId(tape, id);
  return element === undefined || others.length > 0 ? undefined : { element, comments: xpointer !== null };
}

/** Why a fragment is not to be followed; empty when there is no reason. */
export function fragmentRefusals(tape: Tape, uri: string): readonly string[] {
  const id = uri.slice(1);
  const elements = elementsWithId(tape, id);
  if (elements.length !== 1) return [elements.length === 0 ? 'no element has the Id' : 'several elements have the Id'];
  const isLowerCase = idsOf(tape).some(({ name, value }) => name === 'id' && value === id);
  return isLowerCase ? ['lower-case id is not in the WS-Security Id attribute list'] : [];
}

function elementsWithId(tape: Tape, id: string): readonly number[] {
  return [...new Set(idsOf(tape).flatMap(({ value, element }) => (value === id ? [element] : [])))];
}

function idsOf(tape: Tape): readonly { readonly name: string; readonly value: string; readonly element: number }[] {
  return Array.from({ length: tape.idCount }, (_, pair) => {
    const attribute = tape.ids[pair * 2] ?? 0;
    const words = attribute * ATTRIBUTE_WORDS;
    const octets = tape.bytes.subarray(tape.attributes[words + A.name], tape.attributes[words + A.nameEnd]);
    const name = Buffer.from(octets).toString('utf8');
    return { name, value: attributeText(tape, attribute), element: tape.ids[pair * 2 + 1] ?? 0 };
  });
}
