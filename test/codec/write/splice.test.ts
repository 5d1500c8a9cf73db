import { OctetSink } from '@parley/codec';
import { splice } from '@parley/codec/internal';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { codeOf, octets, textOfOctets } from '../support/reading.ts';

const NOTHING = new Uint8Array(0);

describe('splice', () => {
  test('inserts, replaces, removes', () => {
    const patches = [
      { start: 0, end: 0, with: octets('<') },
      { start: 1, end: 3, with: octets('B') },
      { start: 3, end: 3, with: octets('1') },
      { start: 3, end: 3, with: octets('2') },
      { start: 4, end: 5, with: NOTHING },
      { start: 6, end: 6, with: octets('>') },
    ];
    expect(textOfOctets(splice(octets('abcdef'), patches))).toBe('<aB12df>');
  });

  test('without patches it is a copy', () => {
    const bytes = octets('abc');
    const copy = splice(bytes, []);
    expect(copy).toEqual(bytes);
    expect(copy.buffer).not.toBe(bytes.buffer);
  });

  test.each([
    [[{ start: 2, end: 1, with: NOTHING }]],
    [[{ start: -1, end: 1, with: NOTHING }]],
    [[{ start: 0, end: 4, with: NOTHING }]],
    [
      [
        { start: 0, end: 2, with: NOTHING },
        { start: 1, end: 3, with: NOTHING },
      ],
    ],
    [
      [
        { start: 2, end: 3, with: NOTHING },
        { start: 0, end: 1, with: NOTHING },
      ],
    ],
  ])('refuses %j', (patches) => {
    expect(codeOf(() => splice(octets('abc'), patches))).toBe('internal.invariant');
  });

  test('does what cutting and joining strings does', () => {
    const sink = new OctetSink(1);
    const ranges = fc.array(fc.tuple(fc.nat(30), fc.nat(5), fc.string({ unit: 'grapheme-ascii', maxLength: 4 })), {
      maxLength: 5,
    });
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii', minLength: 40, maxLength: 60 }), ranges, (text, wanted) => {
        let expected = text;
        let before = Number.POSITIVE_INFINITY;
        const patches = [];
        for (const [start, length, insert] of wanted.toSorted((left, right) => right[0] - left[0])) {
          if (start + length > before) continue;
          before = start;
          patches.unshift({ start, end: start + length, with: octets(insert) });
          expected = expected.slice(0, start) + insert + expected.slice(start + length);
        }
        expect(textOfOctets(splice(octets(text), patches))).toBe(expected);
        expect(textOfOctets(splice(octets(text), patches, sink))).toBe(expected);
        expect(sink.length).toBe(expected.length);
      }),
    );
  });
});
