import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { contextTag, DerReader, TAG } from '../../../packages/core/src/x509/der.ts';
import { fromHex, toHex } from '../octets.ts';
import { der, integer, objectIdentifier, sequence, time } from './issue.ts';

// The file itself is under test: its Fault is not the one of the built package.
function reads<T>(hex: string | Uint8Array, read: (reader: DerReader) => T): T | string {
  try {
    const reader = new DerReader(typeof hex === 'string' ? fromHex(hex) : hex);
    const value = read(reader);
    reader.expectEnd();
    return value;
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}

const MALFORMED = 'peer.certificate-malformed';

describe('X.690 §8.1.3, §10.1: lengths', () => {
  test('of up to four octets, the shortest form only', () => {
    for (const length of [0, 1, 127, 128, 255, 256, 65535, 65536]) {
      const octets = der(TAG.octetString, new Uint8Array(length));
      expect(reads(octets, (reader) => reader.content(TAG.octetString).length)).toBe(length);
    }
    for (const hex of [
      '04',
      '0401',
      '0481',
      '048101ff',
      '04820080',
      '0480ffff0000',
      '04850000000001ff',
      '0484ffffffff',
    ]) {
      expect(
        reads(hex, (reader) => toHex(reader.content(TAG.octetString))),
        hex,
      ).toBe(MALFORMED);
    }
  });

  test('nothing is left over, and nothing is taken for another type', () => {
    expect(reads('0400', (reader) => reader.content(TAG.integer))).toBe(MALFORMED);
    expect(reads('040000', (reader) => reader.content(TAG.octetString))).toBe(MALFORMED);
    expect(reads('', (reader) => reader.nextTag)).toBe(MALFORMED);
    expect(reads('', (reader) => reader.element())).toBe(MALFORMED);
    expect(reads('8001aa', (reader) => toHex(reader.content(contextTag(0, 'primitive'))))).toBe('aa');
  });
});

test('X.690 §8.3: integers', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 160n }), (value) => {
      expect(reads(integer(value), (reader) => reader.integer())).toBe(value);
    }),
  );
  expect(reads('0201ff', (reader) => reader.integer())).toBe(-1n);
  expect(reads('0202ff00', (reader) => reader.integer())).toBe(-256n);
  for (const hex of ['0200', '02020001', '0202ff80']) {
    expect(
      reads(hex, (reader) => reader.integer()),
      hex,
    ).toBe(MALFORMED);
  }
});

test('X.690 §8.2, §11.1: booleans', () => {
  expect(reads('0101ff', (reader) => reader.boolean())).toBe(true);
  expect(reads('010100', (reader) => reader.boolean())).toBe(false);
  for (const hex of ['0100', '010101', '0102ffff'])
    expect(
      reads(hex, (reader) => reader.boolean()),
      hex,
    ).toBe(MALFORMED);
});

test('X.690 §8.19: object identifiers', () => {
  for (const dotted of ['0.9.2342.19200300.100.1.25', '1.2.840.113549.1.1.11', '2.5.29.19', '1.3.101.112', '2.999.1']) {
    expect(reads(objectIdentifier(dotted), (reader) => reader.objectIdentifier())).toBe(dotted);
  }
  for (const hex of ['0600', '060180', '06028001', '0603550480', `0641${'01'.repeat(65)}`]) {
    expect(
      reads(hex, (reader) => reader.objectIdentifier()),
      hex,
    ).toBe(MALFORMED);
  }
});

test('X.690 §8.6, §11.2: bit strings', () => {
  expect(reads('03020780', (reader) => reader.namedBits())).toBe(1);
  expect(reads('030205a0', (reader) => reader.namedBits())).toBe(5);
  expect(reads('0303070080', (reader) => reader.namedBits())).toBe(0x100);
  expect(reads('030100', (reader) => reader.namedBits())).toBe(0);
  for (const hex of ['0300', '030101', '03020080', '03020880', '0302078f', '03020000', '030400000001']) {
    expect(
      reads(hex, (reader) => reader.namedBits()),
      hex,
    ).toBe(MALFORMED);
  }
  expect(reads('030200aa', (reader) => toHex(reader.bitStringOctets()))).toBe('aa');
  for (const hex of ['0300', '030204a0']) {
    expect(
      reads(hex, (reader) => toHex(reader.bitStringOctets())),
      hex,
    ).toBe(MALFORMED);
  }
});

test('RFC 5280 §4.1.2.5: times', () => {
  for (const atMs of [
    Date.UTC(1950, 0, 1),
    Date.UTC(2026, 1, 28, 23, 59, 59),
    Date.UTC(2049, 11, 31),
    Date.UTC(9999, 11, 31),
  ]) {
    expect(reads(time(atMs), (reader) => reader.time())).toBe(atMs);
  }
  const bad = ['2601010000Z', '260101000000', '260101000000+0000', '260230000000Z', '261301000000Z', '260101000060Z'];
  for (const text of bad) {
    const octets = der(TAG.utcTime, new TextEncoder().encode(text));
    expect(
      reads(octets, (reader) => reader.time()),
      text,
    ).toBe(MALFORMED);
  }
  expect(reads(der(TAG.generalizedTime, new TextEncoder().encode('20260101000000.5Z')), (r) => r.time())).toBe(
    MALFORMED,
  );
  expect(reads(integer(1), (reader) => reader.time())).toBe(MALFORMED);
});

test('any octets are read or refused, never anything else', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (octets) => {
      const answer = reads(sequence(octets), (reader) => {
        const inside = reader.inside(TAG.sequence);
        while (!inside.isAtEnd) inside.element();
        return 'read';
      });
      expect(['read', MALFORMED]).toContain(answer);
    }),
  );
});
