// Templates of documents: the module and its plain twin say the same of every message, and what they write is canonical.
import { canonicalise, OctetSink, scan, Tape } from '@parley/codec';
import {
  A,
  ATTRIBUTE_WORDS,
  E,
  ELEMENT_WORDS,
  Flag,
  Hole,
  type HoleKind,
  makeTemplate,
  PlainMatcher,
  type TemplateHole,
} from '@parley/codec/internal';
import { DEFAULT_LIMITS } from '@parley/core';
import { expect, test } from 'vitest';
import { moduleMatcher } from '../../../../packages/codec/src/hot/template/template-module.ts';
import { chanceFrom, mutated } from '../../../engine/attacks/mutations.ts';

const DOCUMENT = `<?xml version="1.0"?>\n<a:m xmlns:a="urn:a" xmlns="urn:d" v='1'><p  q="&lt;x" Id="_1">tëxt &amp; more</p><r u="#_1"/>
  <p Id="_2"></p>mixed<b>value-1</b> tail</a:m>\n`;
const octets = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Each text and attribute a hole of the kind that its own value fits. */
function holesOf(tape: Tape): readonly TemplateHole[] {
  const holes: TemplateHole[] = [];
  for (let attribute = 0; attribute < tape.attributeCount; attribute++) {
    const base = attribute * ATTRIBUTE_WORDS;
    const [start, end] = [tape.attributes[base + A.value]!, tape.attributes[base + A.valueEnd]!];
    const name = Buffer.from(tape.bytes).toString(
      'utf8',
      tape.attributes[base + A.local]!,
      tape.attributes[base + A.nameEnd]!,
    );
    const isNamed = name === 'Id' && Buffer.from(tape.bytes).toString('latin1', start, end) === '_1';
    const kinds: Readonly<Record<string, HoleKind>> = { Id: isNamed ? Hole.name : Hole.id, u: Hole.fragment };
    holes.push({ start, end, kind: kinds[name] ?? Hole.attribute, isId: name === 'Id', bytesMax: 60 });
  }
  const named = holes.find(({ kind }) => kind === Hole.name)!;
  for (const [index, hole] of holes.entries())
    if (hole.kind === Hole.fragment) holes[index] = { ...hole, names: named.start };
  for (let element = 0; element < tape.elementCount; element++) {
    const base = element * ELEMENT_WORDS;
    const flags = tape.elements[base + E.flags]!;
    if ((flags & (Flag.hasChild | Flag.emptyTag)) !== 0) continue;
    const [start, end] = [tape.elements[base + E.content]!, tape.elements[base + E.contentEnd]!];
    const isValue = Buffer.from(tape.bytes).toString('latin1', start, end) === 'value-1';
    holes.push({ start, end, kind: isValue ? Hole.value : Hole.text, isId: false, bytesMax: 40 });
  }
  return holes.sort((left, right) => left.start - right.start);
}

function tapeOf(document: Uint8Array): Tape {
  const tape = new Tape();
  scan(document, DEFAULT_LIMITS, tape);
  return tape;
}

function canonicalOf(document: Uint8Array, element: number): string {
  const sink = new OctetSink();
  canonicalise(tapeOf(document), element, sink);
  return Buffer.from(sink.take()).toString('utf8');
}

const matchers = [new PlainMatcher(), moduleMatcher!];
const document = octets(DOCUMENT);
const tape = tapeOf(document);
const parts = [0, 1, 2].map((element) => ({ element, canonicalisation: undefined }));
const templates = matchers.map((matcher) => makeTemplate(tape, holesOf(tape), parts, DEFAULT_LIMITS, matcher)!);

/** What each says of a message: the canonical parts, or `undefined`. */
function saidOf(message: Uint8Array): readonly (readonly string[] | undefined)[] {
  return templates.map((template) => {
    const { matcher } = template;
    expect(matcher.take(message)).toBe(true);
    try {
      if (!template.matches(message)) return undefined;
      expect(template.write(7)).toBeGreaterThan(7);
      return parts.map((_, part) =>
        Buffer.from(matcher.out.subarray(matcher.places[part * 2], matcher.places[part * 2 + 1])).toString('utf8'),
      );
    } finally {
      matcher.drop();
    }
  });
}

const VALUES = [
  ...[
    '',
    ' ',
    'a',
    'é',
    '&amp;&lt;',
    '&gt;',
    '&quot;',
    '&#65;',
    '"',
    "'",
    '<',
    '>',
    '\t',
    '\n',
    '\r',
    '\u0001',
    '\uf000',
  ],
  ...[
    '_1',
    '_2',
    '#_1',
    '#',
    'a b',
    'a:b',
    '%',
    'x'.repeat(15),
    'x'.repeat(16),
    'x'.repeat(17),
    'x'.repeat(40),
    'x'.repeat(61),
  ],
];

test('T91: with every value in every hole, both say the same, and what they write is C14N of what the scanner reads', () => {
  let known = 0;
  for (const { start, end } of holesOf(tape)) {
    for (const value of VALUES) {
      const message = Uint8Array.from([...document.subarray(0, start), ...octets(value), ...document.subarray(end)]);
      const [plain, byModule] = saidOf(message);
      expect(byModule, value).toEqual(plain);
      if (plain === undefined) continue;
      known++;
      expect(plain).toEqual(parts.map(({ element }) => canonicalOf(message, element)));
    }
  }
  expect(known).toBeGreaterThan(60);
});

test('T91: both say the same of documents changed at random, and of what is cut off anywhere', () => {
  const chance = chanceFrom(86);
  for (let count = 0; count < 20_000; count++) {
    const message = mutated(document, document, chance);
    const [plain, byModule] = saidOf(message);
    expect(byModule).toEqual(plain);
    if (plain !== undefined) expect(plain).toEqual(parts.map(({ element }) => canonicalOf(message, element)));
  }
  for (let length = 0; length < document.length; length++) {
    expect(saidOf(document.subarray(0, length))).toEqual([undefined, undefined]);
  }
});

test('T96: when a message is dropped, nothing of it is left behind', () => {
  const matcher = moduleMatcher!;
  const memory = new Uint8Array(matcher.out.buffer);
  const secret = octets('plaintext-of-somebody');
  const at = DOCUMENT.indexOf('value-1');
  const before = Buffer.byteLength(DOCUMENT.slice(0, at));
  saidOf(Uint8Array.from([...document.subarray(0, before), ...secret, ...document.subarray(before + 7)]));
  expect(Buffer.from(memory).includes(Buffer.from(secret))).toBe(false);
});

test('T92: ids are told apart by the hash of the id index, so that none collide there: two of one hash are no match', () => {
  expect(saidOf(octets(DOCUMENT.replace('"_2"', '"_1"')))).toEqual([undefined, undefined]);
});

test('a document with marks of its own has no template', () => {
  const marked = tapeOf(octets('<a>\ue000</a>'));
  const hole = { start: 3, end: 6, kind: Hole.text, isId: false, bytesMax: 9 };
  expect(
    makeTemplate(marked, [hole], [{ element: 0, canonicalisation: undefined }], DEFAULT_LIMITS, matchers[0]!),
  ).toBeUndefined();
});

test('images that no longer fit are laid in again', () => {
  const many = Array.from({ length: 200 }, (_, index) => {
    const big = tapeOf(octets(`<a${index} b="c">${'<d/>'.repeat(12_000)}</a${index}>`));
    const base = A.value;
    const hole = {
      start: big.attributes[base]!,
      end: big.attributes[A.valueEnd]!,
      kind: Hole.attribute,
      isId: false,
      bytesMax: 9,
    };
    return { bytes: big.bytes, template: makeTemplate(big, [hole], [], DEFAULT_LIMITS, moduleMatcher!)! };
  });
  for (const { bytes, template } of [...many, ...many]) {
    expect(moduleMatcher!.take(bytes)).toBe(true);
    expect(template.matches(bytes)).toBe(true);
    moduleMatcher!.drop();
  }
});

test('both make the same prints of any message, and one of all that a template takes', () => {
  const chance = chanceFrom(5);
  const envelope = octets(
    '<s:Envelope xmlns:s="s"><s:Header><a:b Id="1"/></s:Header><s:Body Id="2"><m:longNameOfAnElement>1</m:longNameOfAnElement></s:Body></s:Envelope>',
  );
  const printsOf = (message: Uint8Array): readonly (readonly number[])[] =>
    matchers.map((matcher) => {
      matcher.take(message);
      matcher.print();
      matcher.drop();
      return [...matcher.prints];
    });
  for (const message of [document, envelope, octets(''), octets('<'), octets('</'), octets('<a')]) {
    for (let count = 0; count < 400; count++) {
      const [plain, module] = printsOf(count === 0 ? message : mutated(message, document, chance));
      expect(module).toEqual(plain);
    }
  }
  const text = new TextDecoder().decode(envelope);
  const [prints = []] = printsOf(envelope);
  const [others = []] = printsOf(octets(text.replace('Id="2"', 'Id="22222"').replace('>1<', '>&amp;&amp;<')));
  expect(others).toEqual(prints);
  const [longer = []] = printsOf(octets(text.replace('>1<', '><m:x>1</m:x><')));
  expect(longer[1]).toBe(prints[1]);
  expect(longer[0]).not.toBe(prints[0]);
});
