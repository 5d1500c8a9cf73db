/** One element left out of a canonical form, or replaced in it. */
import type { CanonicalisationMethod, Tape } from '@parley/codec';
import { E, ELEMENT_WORDS, splice } from '@parley/codec/internal';
import { describe, expect, test } from 'vitest';
import { Random } from '../../../fuzz/src/documents/random.ts';
import { randomDocument } from '../../../fuzz/src/documents/random-document.ts';
import { canonicalText, codeOf, KEEP, octets, read } from '../../support/reading.ts';

const METHODS: readonly CanonicalisationMethod[] = ['exclusive', 'inclusive', 'inclusive-1.1'];
const DOCUMENTS = 1500;

function word(tape: Tape, element: number, at: number): number {
  return tape.elements[element * ELEMENT_WORDS + at]!;
}

/** `tape` read again with `text` in the place of `element`. */
function readWith(tape: Tape, element: number, text: string): Tape {
  const patch = { start: word(tape, element, E.start), end: word(tape, element, E.end), with: octets(text) };
  return read(splice(tape.bytes, [patch]), {}, KEEP);
}

/** An element and one inside it. */
function pairIn(tape: Tape, random: Random): readonly [apex: number, inside: number] | undefined {
  if (tape.elementCount < 2) return undefined;
  const inside = 1 + random.below(tape.elementCount - 1);
  let apex = word(tape, inside, E.parent);
  while (apex > 0 && random.chance(40)) apex = word(tape, apex, E.parent);
  return [apex, inside];
}

describe.each(METHODS)('without, %s', (method) => {
  test('is the form of the document that never had the element', () => {
    const random = new Random(3);
    let compared = 0;
    for (let count = 0; count < DOCUMENTS; count++) {
      const text = randomDocument(random);
      const tape = read(text, {}, KEEP);
      const pair = pairIn(tape, random);
      if (pair === undefined) continue;
      const [apex, inside] = pair;
      const comments = random.chance(50);
      const expected = canonicalText(readWith(tape, inside, ''), apex, { method, comments });
      expect(canonicalText(tape, apex, { method, comments, without: inside }), text).toBe(expected);
      compared++;
    }
    expect(compared).toBeGreaterThan(DOCUMENTS / 3);
  });

  test('an enveloped signature goes, the text around it stays', () => {
    const tape = read('<a>1<s:Signature xmlns:s="urn:s"><s:x/></s:Signature>2<b/></a>');
    expect(canonicalText(tape, 0, { method, without: 1 })).toBe('<a>12<b></b></a>');
  });

  test('an element that is elsewhere changes nothing', () => {
    const tape = read('<a><b><c></c></b><d/></a>');
    expect(canonicalText(tape, 1, { method, without: 3 })).toBe('<b><c></c></b>');
    expect(canonicalText(tape, 1, { method, without: 0 })).toBe('<b><c></c></b>');
  });

  test('the apex itself cannot go: no octets are no canonical form', () => {
    expect(codeOf(() => canonicalText(read('<a><b/></a>'), 1, { method, without: 1 }))).toBe('caller.option-invalid');
  });
});

describe('replacement', () => {
  const TOKEN = '<t:Token xmlns:t="urn:t" t:Id="x">abc</t:Token>';

  test('of the apex: the token, showing its default namespace', () => {
    const prefixed = read(`<a xmlns="urn:d">${TOKEN}<STR/></a>`);
    expect(canonicalText(prefixed, 2, { replacement: { element: 2, by: 1 } })).toBe(
      '<t:Token xmlns="urn:d" xmlns:t="urn:t" t:Id="x">abc</t:Token>',
    );
    const none = read(`<a>${TOKEN}<STR/></a>`);
    expect(canonicalText(none, 2, { replacement: { element: 2, by: 1 } })).toBe(
      '<t:Token xmlns="" xmlns:t="urn:t" t:Id="x">abc</t:Token>',
    );
    expect(canonicalText(none, 2, { method: 'inclusive', replacement: { element: 2, by: 1 } })).toBe(TOKEN);
  });

  test('inside: as if the token, self-contained, had been written there', () => {
    const random = new Random(5);
    let compared = 0;
    for (let count = 0; count < DOCUMENTS; count++) {
      const text = randomDocument(random);
      const tape = read(text, {}, KEEP);
      const pair = pairIn(tape, random);
      if (pair === undefined) continue;
      const [apex, element] = pair;
      const by = random.below(tape.elementCount);
      if (by <= element && word(tape, by, E.next) > element) continue;
      const comments = random.chance(50);
      const token = canonicalText(tape, element, { comments, replacement: { element, by } });
      const expected = canonicalText(readWith(tape, element, token), apex, { comments });
      expect(canonicalText(tape, apex, { comments, replacement: { element, by } }), text).toBe(expected);
      compared++;
    }
    expect(compared).toBeGreaterThan(DOCUMENTS / 5);
  });

  test('inside, inclusive: what is in force at its place is not repeated', () => {
    const tape = read('<a xmlns:p="urn:1"><t xmlns:q="urn:2" xmlns:p="urn:3"/><b><STR/></b></a>');
    expect(canonicalText(tape, 2, { method: 'inclusive', replacement: { element: 3, by: 1 } })).toBe(
      '<b xmlns:p="urn:1"><t xmlns:p="urn:3" xmlns:q="urn:2"></t></b>',
    );
  });
});
