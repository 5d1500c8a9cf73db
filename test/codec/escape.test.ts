import { attributeText, escapeAttribute, escapeText, textOf } from '@parley/codec';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalText, codeOf, read } from './support/reading.ts';

const xmlText = fc
  .string({ unit: 'binary', maxLength: 20 })
  .filter((text) => !/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/u.test(text));

describe('escape', () => {
  test('text and attribute values, as C14N prints them', () => {
    expect(escapeText(`a&<>"'\t\n\r😀`)).toBe(`a&amp;&lt;&gt;"'\t\n&#xD;😀`);
    expect(escapeAttribute(`a&<>"'\t\n\r😀`)).toBe(`a&amp;&lt;>&quot;'&#x9;&#xA;&#xD;😀`);
    expect(escapeText('plain')).toBe('plain');
  });

  test.each(['\0', '\u001f', '\ufffe', '\uffff', '\ud800', 'a\udc00', '\udc00\ud800'])('refuses %j', (text) => {
    expect(codeOf(() => escapeText(text))).toBe('caller.input-invalid');
    expect(codeOf(() => escapeAttribute(text))).toBe('caller.input-invalid');
  });

  test('what was escaped reads back, and is canonical', () => {
    fc.assert(
      fc.property(xmlText, xmlText, (text, value) => {
        const document = `<a b="${escapeAttribute(value)}">${escapeText(text)}</a>`;
        const tape = read(document);
        expect(textOf(tape, 0)).toBe(text);
        expect(attributeText(tape, 0)).toBe(value);
        expect(canonicalText(tape, 0)).toBe(document);
      }),
      { numRuns: 1_000 },
    );
  });
});
