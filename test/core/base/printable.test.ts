import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonLine, printable, printableLines } from '../../../packages/core/src/base/printable.ts';

// Spelt out here, not taken from the code: C0, DEL, C1; the twelve that turn directions; line and paragraph separator; surrogates.
const FORBIDDEN: readonly (readonly [number, number])[] = [
  [0x00, 0x1f],
  [0x7f, 0x9f],
  [0x61c, 0x61c],
  [0x200e, 0x200f],
  [0x2028, 0x2029],
  [0x202a, 0x202e],
  [0x2066, 0x2069],
  [0xd800, 0xdfff],
];
const isForbidden = (point: number): boolean => FORBIDDEN.some(([first, last]) => point >= first && point <= last);
const isSafe = (text: string): boolean => ![...text].some((character) => isForbidden(character.codePointAt(0) ?? 0));

test('T84: every character there is: raw where it is safe, replaced in text and escaped in JSON where it is not', () => {
  for (let point = 0; point <= 0x10ffff; point++) {
    const character = String.fromCodePoint(point);
    const text = `a${character}b`;
    const json = jsonLine(text);
    const right =
      JSON.parse(json) === text &&
      (isForbidden(point)
        ? printable(text) === 'a\ufffdb' && isSafe(json)
        : printable(text) === text && json === JSON.stringify(text));
    if (!right) expect({ point, json, text: printable(text) }).toBe('right');
  }
});

test('T84: any text and any value', () => {
  const text = fc.string({ unit: 'binary', maxLength: 700 });
  fc.assert(
    fc.property(text, (given) => {
      expect(isSafe(printable(given))).toBe(true);
      expect(printable(given).length).toBeLessThanOrEqual(301);
      expect(isSafe(printableLines(given).replaceAll('\n', ''))).toBe(true);
      expect(printableLines(given).split('\n')).toHaveLength(given.split('\n').length);
    }),
  );
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
      const line = jsonLine(value);
      expect(isSafe(line)).toBe(true);
      expect(JSON.parse(line)).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test('letters of all scripts stay, also where a text is cut', () => {
  expect(printable('Größe ✓ שלום 😀')).toBe('Größe ✓ שלום 😀');
  expect(printable(`${'x'.repeat(299)}😀`)).toBe(`${'x'.repeat(299)}\ufffd…`);
});
