// A hole for all that an element holds: the module and its plain twin say the same, and what they take is canonical as it stands.
import { canonicalise, OctetSink, scan, Tape } from '@parley/codec';
import { type ContentRules, E, ELEMENT_WORDS, Hole, makeTemplate, PlainMatcher } from '@parley/codec/internal';
import { DEFAULT_LIMITS } from '@parley/core';
import { expect, test } from 'vitest';
import { moduleMatcher } from '../../../../packages/codec/src/hot/template/template-module.ts';
import { type Chance, chanceFrom, mutated } from '../../../engine/attacks/mutations.ts';

const octets = (text: string): Uint8Array => new TextEncoder().encode(text);
const RULES = { depthMax: 6, nodesMax: 40, attributesMax: 3, nameBytesMax: 30, valueBytesMax: 20 };
const FORMS = [
  {
    prefix: 'p',
    start: '<e xmlns="urn:e" xmlns:p="urn:p" xmlns:q="urn:q"><p:r p:z="1">',
    end: '</p:r></e>',
    element: 1,
  },
  { prefix: 'longprefix', start: '<longprefix:r xmlns:longprefix="urn:p">', end: '</longprefix:r>', element: 0 },
  { prefix: '', start: '<e><r xmlns="urn:r" v="1">', end: '</r>\n</e>', element: 1 },
];

function tapeOf(document: Uint8Array): Tape {
  const tape = new Tape();
  scan(document, DEFAULT_LIMITS, tape);
  return tape;
}

function canonicalOf(tape: Tape, element: number): string {
  const sink = new OctetSink();
  canonicalise(tape, element, sink);
  return Buffer.from(sink.take()).toString('utf8');
}

const templates = FORMS.map(({ prefix, start, end, element }) => {
  const tape = tapeOf(octets(`${start}text${end}`));
  const base = element * ELEMENT_WORDS;
  const content: ContentRules = { ...RULES, prefix: octets(prefix) };
  const [from, to] = [tape.elements[base + E.content]!, tape.elements[base + E.contentEnd]!];
  const hole = { start: from, end: to, kind: Hole.content, isId: false, bytesMax: 0, content };
  const part = { element, canonicalisation: undefined };
  return [new PlainMatcher(), moduleMatcher!].map(
    (matcher) => makeTemplate(tape, [hole], [part], DEFAULT_LIMITS, matcher)!,
  );
});

/** The canonical octets that each says the document has, or `undefined`. */
function saidOf(form: number, document: Uint8Array): readonly (string | undefined)[] {
  return templates[form]!.map((template) => {
    const { matcher } = template;
    matcher.take(document);
    try {
      if (!template.matches(document)) return undefined;
      template.write(3);
      return Buffer.from(matcher.out.subarray(matcher.places[0], matcher.places[1])).toString('utf8');
    } finally {
      matcher.drop();
    }
  });
}

/** Whether the document is taken; if so, it is well-formed and canonical, and all in it is in one namespace. */
function isTaken(form: number, content: string | Uint8Array): boolean {
  const { start, end, element } = FORMS[form]!;
  const document =
    typeof content === 'string'
      ? octets(start + content + end)
      : Uint8Array.from([...octets(start), ...content, ...octets(end)]);
  const [plain, byModule] = saidOf(form, document);
  expect(byModule, String(content)).toBe(plain);
  if (plain === undefined) return false;
  const tape = tapeOf(document);
  expect(plain).toBe(canonicalOf(tape, element));
  const uriOf = (place: number): number => tape.elements[place * ELEMENT_WORDS + E.uri]!;
  for (let inner = element; inner < tape.elementCount; inner++) expect(uriOf(inner)).toBe(uriOf(element));
  expect(tape.idCount).toBe(0);
  return true;
}

const NAMES = ['a', 'b', 'A-1', '_x.y', 'longer-than-sixteen-octets', 'Assertion'];
const TEXTS = ['', 'x', ' ', '\n\t', 'é', '日本', '&amp;', '&lt;&gt;', "it's", '0123456789abcdef', '"'];
// In the order of their octets.
const ATTRIBUTES = ['AssertionIds', 'Kind', 'a', 'aa', 'b', 'c-d', 'lang'];

/** Content as the rules want it, mostly. */
function contentOf(prefix: string, depth: number, chance: Chance): string {
  const one = <Item>(items: readonly Item[]): Item => items[chance(items.length)]!;
  let content = one(TEXTS);
  for (let count = chance(depth > 3 ? 2 : 4); count > 0; count--) {
    const name = (prefix === '' ? '' : `${prefix}:`) + one(NAMES);
    const names = ATTRIBUTES.filter(() => chance(4) === 0);
    const attributes = names.map((attribute) => ` ${attribute}="${one(['', 'v', '&amp;', 'é', '&quot;'])}"`).join('');
    content += `<${name}${attributes}>${contentOf(prefix, depth + 1, chance)}</${name}>${one(TEXTS)}`;
  }
  return content;
}

test.each([0, 1, 2])('T91: whatever elements it holds, form %i', (form) => {
  const chance = chanceFrom(form + 1);
  const { prefix } = FORMS[form]!;
  let taken = 0;
  let takenChanged = 0;
  for (let count = 0; count < 1500; count++) {
    const content = contentOf(prefix, 0, chance);
    if (isTaken(form, content)) taken++;
    if (content !== '' && isTaken(form, mutated(octets(content), octets(content), chance))) takenChanged++;
  }
  expect(taken).toBeGreaterThan(400);
  expect(takenChanged).toBeGreaterThan(40);
});

test.each([
  ['an empty tag', '<p:a/>'],
  ['another prefix', '<q:a></q:a>'],
  ['no prefix', '<a></a>'],
  ['two colons', '<p:a:b></p:a:b>'],
  ['a prefix that begins alike', '<pp:a></pp:a>'],
  ['a declaration', '<p:a xmlns:p="urn:p"></p:a>'],
  ['a default namespace', '<p:a xmlns="urn:p"></p:a>'],
  ['an attribute with a prefix', '<p:a p:b="1"></p:a>'],
  ['xml:lang', '<p:a xml:lang="en"></p:a>'],
  ...['Id', 'ID', 'id', 'AssertionID'].map((name): [string, string] => [`an ${name}`, `<p:a ${name}="1"></p:a>`]),
  ['attributes in another order', '<p:a b="1" a="1"></p:a>'],
  ['the same attribute twice', '<p:a b="1" b="1"></p:a>'],
  ['single quotes', "<p:a b='1'></p:a>"],
  ['two blanks', '<p:a  b="1"></p:a>'],
  ['a blank at the end', '<p:a b="1" ></p:a>'],
  ['a blank in an end tag', '<p:a></p:a >'],
  ['an end tag of another', '<p:a></p:b>'],
  ['one that is not closed', '<p:a>'],
  ['one end too many', '</p:r><p:r>'],
  ['a comment', '<!-- -->'],
  ['CDATA', '<![CDATA[a]]>'],
  ['a processing instruction', '<?a?>'],
  ['a reference', '&#65;'],
  ['a greater sign', '>'],
  ['a carriage return', '\r'],
  ['octets that are no UTF-8', new Uint8Array([0xc3])],
  ['what is deeper than it may be', '<p:a>'.repeat(7) + '</p:a>'.repeat(7)],
  ['more than may be', '<p:a></p:a>'.repeat(41)],
  ['a value that is longer than it may be', `<p:a b="${'x'.repeat(21)}"></p:a>`],
  ['a name that is longer than it may be', `<p:${'x'.repeat(30)}></p:${'x'.repeat(30)}>`],
  ['more attributes than may be', '<p:a a="" b="" c="" d=""></p:a>'],
])('T91: %s goes the whole way', (_, content) => {
  expect(isTaken(0, content)).toBe(false);
});

test.each([
  ['as deep as it may be', '<p:a>'.repeat(6) + '</p:a>'.repeat(6)],
  ['as much as may be', '<p:a></p:a>'.repeat(40)],
  ['as many attributes as may be', '<p:a a="" b="" c="" ></p:a>'.replace(' >', '>')],
])('what is %s is taken', (_, content) => {
  expect(isTaken(0, content)).toBe(true);
});
