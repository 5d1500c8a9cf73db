import { OctetSink } from '@parley/codec';
import { expect, test } from 'vitest';
import { octets, textOfOctets } from './support/reading.ts';

function textOf(sink: OctetSink): string {
  return textOfOctets(sink.bytes.subarray(0, sink.length));
}

test('grows from nothing and keeps what was written', () => {
  const sink = new OctetSink(0);
  sink.writeOctet(0x3c);
  sink.writeText('name');
  sink.write(octets('xxvaluexx'), 2, 7);
  const long = octets('é'.repeat(100));
  sink.write(long, 0, long.length);
  expect(textOf(sink)).toBe(`<namevalue${'é'.repeat(100)}`);
});

test('reserve makes room without writing', () => {
  const sink = new OctetSink(1);
  sink.reserve(100);
  expect(sink.bytes.length).toBeGreaterThanOrEqual(100);
  expect(sink.length).toBe(0);
});

test('reset starts again', () => {
  const sink = new OctetSink();
  sink.writeText('abc');
  sink.reset();
  sink.writeText('d');
  expect(textOf(sink)).toBe('d');
});

test.each(['a', '\u007f', '\u0080', '\u07ff', '\u0800', '\uffff', '\u{10000}', '\u{10ffff}'])(
  'code point %j',
  (character) => {
    const sink = new OctetSink(0);
    sink.writeCodePoint(character.codePointAt(0)!);
    expect(textOf(sink)).toBe(character);
  },
);
