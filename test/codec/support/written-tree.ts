/** Trees of what a writer can write, and the way back from a tape. */
import type { Attribute, NamespaceBinding as Binding, Tape } from '@parley/codec';
import {
  attributeText,
  firstChild,
  localNameOf,
  NamespaceBinding,
  namespaceUriOf,
  nextSibling,
  textOf,
  type XmlWriter,
} from '@parley/codec';
import { A, ATTRIBUTE_WORDS, decodeText, E, ELEMENT_WORDS, UNQUALIFIED, uriText } from '@parley/codec/internal';
import fc from 'fast-check';

/** An element with children, or with a text. Attributes are triples of namespace, local name and value. */
export interface WrittenTree {
  readonly uri: string;
  readonly local: string;
  readonly attributes: ReadonlyArray<readonly [uri: string, local: string, value: string]>;
  readonly content: string | readonly WrittenTree[];
}

/** What markup is made of, what a parser would change, and characters of every width. */
const HOSTILE = [
  '<',
  '>',
  '&',
  '"',
  "'",
  ']]>',
  '<!--',
  '-->',
  '<?',
  '&amp;',
  '\r',
  '\n',
  '\t',
  '\r\n',
  'é',
  '€',
  '😀',
];

/** Any text that XML can carry. */
export const xmlText: fc.Arbitrary<string> = fc
  .array(fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: 'binary', maxLength: 4 }).filter(isXmlText)), {
    maxLength: 8,
  })
  .map((pieces) => pieces.join(''));

/** XML 1.0 production 2. */
export function isXmlText(text: string): boolean {
  return [...text].every((character) => {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x20) return code === 0x09 || code === 0x0a || code === 0x0d;
    return !(code >= 0xd800 && code <= 0xdfff) && code !== 0xfffe && code !== 0xffff;
  });
}

// One prefix for two namespaces, two prefixes for one: what a scope can get wrong.
const BINDINGS: readonly Binding[] = [
  new NamespaceBinding('a', 'urn:one'),
  new NamespaceBinding('a', 'urn:two'),
  new NamespaceBinding('b', 'urn:one'),
  new NamespaceBinding('A', 'urn:three?x&y'),
  new NamespaceBinding('xml', 'http://www.w3.org/XML/1998/namespace'),
  UNQUALIFIED,
];
const LOCALS = ['x', 'y', 'Id', 'a-b.c_1'];

interface Sketch {
  readonly binding: Binding;
  readonly local: string;
  readonly attributes: ReadonlyArray<readonly [Binding, string, string]>;
  readonly content: string | readonly Sketch[];
}

const { sketch } = fc.letrec<{ sketch: Sketch }>((tie) => ({
  sketch: fc.record({
    binding: fc.constantFrom(...BINDINGS),
    local: fc.constantFrom(...LOCALS),
    attributes: fc.array(fc.tuple(fc.constantFrom(...BINDINGS), fc.constantFrom(...LOCALS), xmlText), { maxLength: 4 }),
    content: fc.oneof({ maxDepth: 4 }, xmlText, fc.array(tie('sketch'), { minLength: 1, maxLength: 3 })),
  }),
}));

/** A tree, and how to write it. */
export const writtenTrees: fc.Arbitrary<{ tree: WrittenTree; write: (writer: XmlWriter) => void }> = sketch.map(
  (drawn) => ({ tree: treeOf(drawn), write: (writer) => writeSketch(writer, drawn) }),
);

/** The attributes of a sketch that one start tag can have: one meaning for each prefix, no name twice, in order. */
function attributesOf({ binding, attributes }: Sketch): ReadonlyArray<readonly [Binding, string, string]> {
  const meanings = new Map([[binding.prefix, binding.uri]]);
  const names = new Set<string>();
  return attributes
    .filter(([of, local]) => {
      const isFree = of.prefix === '' || (meanings.get(of.prefix) ?? of.uri) === of.uri;
      if (!isFree || names.has(`${of.uri} ${local}`)) return false;
      meanings.set(of.prefix, of.uri);
      names.add(`${of.uri} ${local}`);
      return true;
    })
    .toSorted(([left, leftLocal], [right, rightLocal]) => {
      const [one, other] = left.uri === right.uri ? [leftLocal, rightLocal] : [left.uri, right.uri];
      return Buffer.compare(Buffer.from(one), Buffer.from(other));
    });
}

function writeSketch(writer: XmlWriter, drawn: Sketch): void {
  const attributes = attributesOf(drawn).map(([of, local, value]): Attribute => [of.name(local), value]);
  writer.open(drawn.binding.name(drawn.local), attributes);
  if (typeof drawn.content === 'string') writer.text(drawn.content);
  else for (const child of drawn.content) writeSketch(writer, child);
  writer.close();
}

function treeOf(drawn: Sketch): WrittenTree {
  return {
    uri: drawn.binding.uri,
    local: drawn.local,
    attributes: attributesOf(drawn).map(([of, local, value]) => [of.uri, local, value]),
    content: typeof drawn.content === 'string' ? drawn.content : drawn.content.map(treeOf),
  };
}

/** The tree that was scanned. */
export function treeOnTape(tape: Tape, element = 0): WrittenTree {
  const children: WrittenTree[] = [];
  for (let child = firstChild(tape, element); child >= 0; child = nextSibling(tape, child))
    children.push(treeOnTape(tape, child));
  return {
    uri: namespaceUriOf(tape, element),
    local: localNameOf(tape, element),
    attributes: attributesOnTape(tape, element),
    content: children.length === 0 ? textOf(tape, element) : children,
  };
}

function attributesOnTape(tape: Tape, element: number): WrittenTree['attributes'] {
  const first = tape.elements[element * ELEMENT_WORDS + E.attributes] ?? 0;
  const count = tape.elements[element * ELEMENT_WORDS + E.attributeCount] ?? 0;
  return Array.from({ length: count }, (_, index) => {
    const base = (first + index) * ATTRIBUTE_WORDS;
    const words = tape.attributes;
    const local = decodeText(tape.bytes, words[base + A.local] ?? 0, words[base + A.nameEnd] ?? 0);
    return [uriText(tape, words[base + A.uri] ?? 0), local, attributeText(tape, first + index)] as const;
  });
}
