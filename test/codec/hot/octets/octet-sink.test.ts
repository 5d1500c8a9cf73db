import { createHash } from 'node:crypto';
import { canonicalise, OctetSink } from '@parley/codec';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalText, codeOf, octets, read, textOfOctets } from '../../support/reading.ts';

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

describe('a streaming sink', () => {
  test('hands on in order, in any chunks, what an ordinary sink would hold', () => {
    const piece = fc.oneof(
      fc.record({
        kind: fc.constant('text' as const),
        text: fc.string({ unit: fc.constantFrom('a', '<', '"'), maxLength: 9 }),
      }),
      fc.record({ kind: fc.constant('octets' as const), length: fc.nat(300) }),
      fc.record({ kind: fc.constant('code' as const), code: fc.constantFrom(0x41, 0xe9, 0x20ac, 0x1f600) }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), fc.integer({ min: 1, max: 200 }), (pieces, chunkBytes) => {
        const handed: number[] = [];
        const streaming = OctetSink.streaming((chunk) => handed.push(...chunk), chunkBytes);
        const whole = new OctetSink(1);
        const source = Uint8Array.from({ length: 320 }, (_, index) => index);
        const words = new DataView(source.buffer);
        for (const [index, item] of pieces.entries()) {
          for (const sink of [streaming, whole]) {
            if (item.kind === 'text') sink.writeText(item.text);
            else if (item.kind === 'code') sink.writeCodePoint(item.code);
            else if (index % 2 === 0) sink.write(source, 5, 5 + item.length);
            else sink.copy(source, words, 5, 5 + item.length);
            sink.writeOctet(index);
          }
        }
        streaming.flush();
        expect(streaming.length).toBe(0);
        expect(handed).toEqual([...whole.bytes.subarray(0, whole.length)]);
      }),
    );
  });

  test('passes a long run on without copying it', () => {
    const long = octets('x'.repeat(1000));
    const handed: Uint8Array[] = [];
    const sink = OctetSink.streaming((chunk) => handed.push(chunk), 64);
    sink.writeText('<a>');
    sink.write(long, 0, long.length);
    expect(handed[1]?.buffer).toBe(long.buffer);
    expect(sink.bytes).toHaveLength(64);
  });

  test('digests a canonical form without holding it', () => {
    const text = 'é &amp; '.repeat(50_000);
    const tape = read(`<a><b c='1'>${text}</b></a>`);
    const expected = canonicalText(tape, 1);
    const hash = createHash('sha256');
    const sink = OctetSink.streaming((chunk) => hash.update(chunk), 4096);
    canonicalise(tape, 1, sink);
    sink.flush();
    expect(hash.digest('hex')).toBe(createHash('sha256').update(expected).digest('hex'));
    expect(sink.bytes).toHaveLength(4096);
  });
});

describe('a sink with a limit', () => {
  test('takes what it allows, and refuses the octet after', () => {
    const sink = new OctetSink(4);
    sink.reset(10);
    sink.writeText('0123456789');
    sink.checkSize();
    expect(codeOf(() => sink.writeOctet(0x41) ?? sink.checkSize())).toBe('peer.limit-cost');
    sink.reset();
    sink.writeText('x'.repeat(1000));
    sink.checkSize();
  });

  test('does not take memory for more than that, and of a streaming sink counts what is gone', () => {
    const long = octets('x'.repeat(5000));
    const sink = new OctetSink(16);
    sink.reset(1000);
    expect(codeOf(() => sink.write(long, 0, long.length))).toBe('peer.limit-cost');
    expect(sink.bytes.length).toBeLessThan(2000);
    let drained = 0;
    const streaming = OctetSink.streaming((chunk) => {
      drained += chunk.length;
    }, 64);
    streaming.reset(6000);
    streaming.write(long, 0, long.length);
    expect(codeOf(() => streaming.write(long, 0, long.length))).toBe('peer.limit-cost');
    expect(drained).toBeLessThanOrEqual(6000);
  });
});
