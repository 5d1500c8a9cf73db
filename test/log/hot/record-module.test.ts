// The module is held equal to the plain reader: it reads a record as that does, or leaves it alone.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LINES, readPlainRecord } from '../../../packages/log/src/hot/record-module.ts';
import { ID_LENGTH_MAX, readRecord } from '../../../packages/log/src/read-record.ts';

const RULES = { fallbackId: '', messageBytesMax: 1 << 20 };
const START = 3;

/** What the module makes of `line` among octets that are none of its business. */
function read(line: Uint8Array) {
  LINES.fill(0x22, 0, line.length + 64);
  LINES.set(line, START);
  const record = readPlainRecord(LINES, START, START + line.length, ID_LENGTH_MAX);
  return record && { ...record, message: record.message.slice() };
}

function requireAgreement(line: Uint8Array): boolean {
  const record = read(line);
  if (record === undefined) return false;
  const plain = readRecord(line, RULES);
  if (plain.kind !== 'message') throw new Error(`taken: ${Buffer.from(line).toString()}`);
  expect(record.id).toBe(plain.id);
  expect(record.atMs).toBe(plain.atMs);
  expect(Buffer.from(record.message).equals(plain.message)).toBe(true);
  return true;
}

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ maxLength: 60 }),
  fc.string({
    unit: fc.constantFrom(
      '"',
      '\\',
      '/',
      '\b',
      '\f',
      '\n',
      '\r',
      '\t',
      '\u0000',
      '\u001f',
      '\u007f',
      '<',
      'é',
      '€',
      '😀',
      '\ud83d',
      '\udc00',
    ),
    maxLength: 40,
  }),
);
/** JSON of a text, with characters escaped here and there that need not be. */
const written = fc
  .tuple(text, fc.nat(5))
  .map(([value, every]) =>
    every === 0
      ? JSON.stringify(value)
      : JSON.stringify(value).replace(/[^\\"u\d]/g, (character, offset: number) =>
          offset % (every + 1) === 0 && !/\\$/.test(JSON.stringify(value).slice(0, offset))
            ? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
            : character,
        ),
  );
const blank = fc.constantFrom('', ' ', '\t', '  ');
const member = fc.oneof(
  { weight: 3, arbitrary: written.map((value) => ['message', value] as const) },
  fc
    .constantFrom('"a"', '"x-1"', '""', '"é"', 'null', '7', `"${'i'.repeat(256)}"`, `"${'i'.repeat(257)}"`, '"\\u0061"')
    .map((value) => ['id', value] as const),
  fc
    .constantFrom(
      '"2026-01-15T12:00:00Z"',
      '"2026-01-15T12:00:00.123456Z"',
      '"2026-02-30T12:00:00Z"',
      '""',
      '12',
      'null',
    )
    .map((value) => ['at', value] as const),
  fc.constantFrom('"PGEvPg=="', '"x"').map((value) => ['base64', value] as const),
  fc.constant(['other', '[{"message":"<b/>"}]'] as const),
);
const record = fc
  .tuple(fc.array(member, { minLength: 1, maxLength: 3 }), blank, blank, blank)
  .map(([members, one, two, three]) => {
    const inner = members.map(([name, value]) => `"${name}"${one}:${two}${value}`).join(`${three},${one}`);
    return Buffer.from(`${two}{${one}${inner}${three}}${one}`);
  });

describe('a record that the module reads', () => {
  test('is what the plain reader reads', () => {
    let taken = 0;
    fc.assert(
      fc.property(record, (line) => {
        if (requireAgreement(line)) taken += 1;
      }),
      { numRuns: 3000 },
    );
    expect(taken).toBeGreaterThan(100);
  });

  test('is one whatever octet of it is another', () => {
    const line = Buffer.from(
      '{"id":"a-1","at":"2026-01-15T12:00:00Z","message":"<a b=\\"\\u00e9\\ud83d\\ude00\\">\\n&lt;é</a>"}',
    );
    expect(requireAgreement(line)).toBe(true);
    const octets = [
      0, 9, 10, 0x1f, 0x20, 0x22, 0x2c, 0x2f, 0x3a, 0x5b, 0x5c, 0x5d, 0x61, 0x64, 0x6e, 0x75, 0x7b, 0x7d, 0x7f, 0x80,
      0xc3, 0xff,
    ];
    for (let at = 0; at < line.length; at++) {
      for (const octet of octets) {
        const changed = Uint8Array.from(line);
        changed[at] = octet;
        requireAgreement(changed);
      }
      requireAgreement(line.subarray(0, at));
      requireAgreement(Buffer.concat([line.subarray(0, at), line.subarray(at + 1)]));
    }
  });

  test.each([1, 15, 16, 17, 31, 32, 33, 4095, 200_000])('is one with a message of %i octets', (length) => {
    for (const filling of ['x', '"', 'é', '\n']) {
      const message = filling.repeat(length);
      expect(requireAgreement(Buffer.from(JSON.stringify({ id: 'a', at: '2026-01-15T12:00:00Z', message })))).toBe(
        true,
      );
    }
  });

  test('as our writer and others write it is not left to the plain reader', () => {
    for (const line of ['{"message":"<a/>"}', '{ "at": "2026-01-15T12:00:00Z", "id": "x", "message": "<a/>" }'])
      expect(requireAgreement(Buffer.from(line))).toBe(true);
  });
});
