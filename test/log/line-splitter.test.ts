import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Line } from '../../packages/log/src/line-splitter.ts';
import { LineSplitter } from '../../packages/log/src/line-splitter.ts';

function splitAll(chunks: readonly Uint8Array[], lineBytesMax: number): Line[] {
  const splitter = new LineSplitter(lineBytesMax);
  return [...chunks.flatMap((chunk) => [...splitter.split(chunk)]), ...splitter.end()];
}

const texts = (lines: readonly Line[]): (string | undefined)[] =>
  lines.map((line) => (line.bytes === undefined ? undefined : Buffer.from(line.bytes).toString('latin1')));

describe('LineSplitter', () => {
  test('cuts at line feeds, drops a carriage return before them, and gives the last line without an end', () => {
    const lines = splitAll([Buffer.from('one\r\ntw'), Buffer.from('o\n\nthree')], 100);
    expect(texts(lines)).toEqual(['one', 'two', '', 'three']);
    expect(lines.map((line) => line.number)).toEqual([1, 2, 3, 4]);
  });

  test('a line at the limit is kept, one octet more is counted and dropped, and the next is whole', () => {
    const lines = splitAll([Buffer.from('12345\n1234'), Buffer.from('56\nab\n')], 5);
    expect(texts(lines)).toEqual(['12345', undefined, 'ab']);
    expect(lines[1]?.sizeBytes).toBe(6);
  });

  test('however the octets arrive, the lines are the same', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ maxLength: 12 }).map((text) => text.replaceAll(/[\r\n]/g, '.'))),
        fc.nat(9),
        (lines, cut) => {
          const whole = Buffer.from(lines.map((line) => `${line}\n`).join(''));
          const pieces: Uint8Array[] = [];
          for (let start = 0; start < whole.length; start += cut + 1)
            pieces.push(whole.subarray(start, start + cut + 1));
          const expected = lines.map((line) =>
            Buffer.byteLength(line) > 8 ? undefined : Buffer.from(line).toString('latin1'),
          );
          expect(texts(splitAll(pieces, 8))).toEqual(expected);
        },
      ),
    );
  });
});
