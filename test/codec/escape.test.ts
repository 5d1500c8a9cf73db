import { attributeText, escapeAttribute, escapeText, textOf } from '@parley/codec';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalText, codeOf, read } from './support/reading.ts';

/** XML 1.0 production 2, for the code points that a `binary` string can have. */
function canBeWritten(text: string): boolean {
  return [...text].every((character) => {
    const code = character.codePointAt(0)!;
    return (code >= 0x20 && code !== 0xfffe && code !== 0xffff) || [0x09, 0x0a, 0x0d].includes(code);
  });
}

const xmlText = fc.string({ unit: 'binary', maxLength: 20 }).filter(canBeWritten);

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
