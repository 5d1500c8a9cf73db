import type { Fault } from '@parley/core';
import { formatInstant, parseInstant, parseInstantOctets } from '@parley/core/internal';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { codeOf } from '../code-of.ts';

const FIRST_MS = parseInstant('0001-01-01T00:00:00Z');
const LAST_MS = parseInstant('9999-12-31T23:59:59.999Z');

describe('T18: parseInstant', () => {
  test.each([
    ['1970-01-01T00:00:00Z', 0],
    ['1970-01-01T00:00:00.001Z', 1],
    ['1969-12-31T23:59:59.999Z', -1],
    ['2000-02-29T00:00:00Z', 951_782_400_000],
    ['2024-02-29T12:34:56.789Z', 1_709_210_096_789],
    ['2038-01-19T03:14:08Z', 2 ** 31 * 1000],
    ['0001-01-01T00:00:00Z', -62_135_596_800_000],
    ['9999-12-31T23:59:59.999999999Z', 253_402_300_799_999],
    ['2024-01-01T00:00:00.5Z', 1_704_067_200_500],
    ['2024-01-01T00:00:00.05Z', 1_704_067_200_050],
    ['2024-01-01T00:00:00.0059Z', 1_704_067_200_005],
    ['2024-01-01T00:00:00.123456789Z', 1_704_067_200_123],
    ['2024-01-01T00:00:00.000000000Z', 1_704_067_200_000],
  ])('%s is %d', (text, expected) => {
    expect(parseInstant(text)).toBe(expected);
  });

  test('of octets in the middle of others, and of no other ones', () => {
    const octets = new TextEncoder().encode('12024-02-29T12:34:56.789Z9');
    expect(parseInstantOctets(octets, 1, octets.length - 1)).toBe(1_709_210_096_789);
    for (const [start, end] of [
      [0, octets.length - 1],
      [1, octets.length],
      [1, octets.length - 2],
      [2, octets.length - 1],
      [1, 1],
      [octets.length, octets.length],
    ] as const)
      expect(codeOf(() => parseInstantOctets(octets, start, end))).toBe('peer.timestamp-invalid');
  });

  test.each([
    ['nothing', ''],
    ['a date only', '2024-01-01'],
    ['no zone', '2024-01-01T00:00:00'],
    ['an offset', '2024-01-01T00:00:00+00:00'],
    ['an offset', '2024-01-01T00:00:00.000-05:00'],
    ['a small z', '2024-01-01T00:00:00z'],
    ['a small t', '2024-01-01t00:00:00Z'],
    ['a space for the T', '2024-01-01 00:00:00Z'],
    ['white space', ' 2024-01-01T00:00:00Z'],
    ['white space', '2024-01-01T00:00:00Z\n'],
    ['text after', '2024-01-01T00:00:00ZZ'],
    ['no seconds', '2024-01-01T00:00Z'],
    ['month 0', '2024-00-01T00:00:00Z'],
    ['month 13', '2024-13-01T00:00:00Z'],
    ['day 0', '2024-01-00T00:00:00Z'],
    ['day 32', '2024-01-32T00:00:00Z'],
    ['30 February', '2026-02-30T12:00:00Z'],
    ['31 April', '2026-04-31T12:00:00Z'],
    ['29 February of a common year', '2023-02-29T00:00:00Z'],
    ['29 February of 1900', '1900-02-29T00:00:00Z'],
    ['hour 24', '2024-01-01T24:00:00Z'],
    ['minute 60', '2024-01-01T00:60:00Z'],
    ['a leap second', '2016-12-31T23:59:60Z'],
    ['year 0', '0000-01-01T00:00:00Z'],
    ['year 10000', '10000-01-01T00:00:00Z'],
    ['a year before 0', '-001-01-01T00:00:00Z'],
    ['a sign', '+024-01-01T00:00:00Z'],
    ['an empty fraction', '2024-01-01T00:00:00.Z'],
    ['10 fraction digits', '2024-01-01T00:00:00.0000000000Z'],
    ['a comma', '2024-01-01T00:00:00,5Z'],
    ['other digits', '２０２４-01-01T00:00:00Z'],
    ['other digits', '2024-01-01T00:00:0\u0661Z'],
    ['hexadecimal', '2024-01-01T00:00:0xZ'],
    ['an exponent', '2024-01-01T00:00:00.1e2Z'],
    ['another notation', 'Mon Jan 01 2024'],
    ['another notation', '1704067200000'],
  ])('refuses %s: %j', (_, text) => {
    expect(codeOf(() => parseInstant(text))).toBe('peer.timestamp-invalid');
  });

  test('agrees with Date on every day of 800 years', () => {
    for (let ms = Date.UTC(1600, 0, 1); ms < Date.UTC(2400, 0, 1); ms += 86_400_000) {
      const text = new Date(ms).toISOString();
      if (parseInstant(text) !== ms) expect.fail(text);
    }
  });
});

describe('formatInstant', () => {
  test('writes what parseInstant reads', () => {
    fc.assert(
      fc.property(fc.integer({ min: FIRST_MS, max: LAST_MS }), (ms) => {
        const text = formatInstant(ms);
        expect(text).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
        expect(parseInstant(text)).toBe(ms);
      }),
      { numRuns: 1000 },
    );
  });

  test.each([FIRST_MS - 1, LAST_MS + 1, Number.NaN, Number.POSITIVE_INFINITY, 0.5])('refuses %d', (ms) => {
    expect(codeOf(() => formatInstant(ms))).toBe('caller.input-invalid');
  });

  test.each([
    [FIRST_MS, '0001-01-01T00:00:00.000Z'],
    [LAST_MS, '9999-12-31T23:59:59.999Z'],
  ])('writes %d as %s', (ms, expected) => {
    expect(formatInstant(ms)).toBe(expected);
  });
});

test('T84: a text that is no instant is told by its form, never by what it says', () => {
  const outcome = (text: string): unknown => {
    try {
      return parseInstant(text);
    } catch (error) {
      return (error as Fault).detail;
    }
  };
  expect(outcome('2026-01-15T12:00:00+01:00')).toEqual({ shape: '0000-00-00T00:00:00+00:00', lengthBytes: 25 });
  expect(outcome('my secret 1')).toEqual({ shape: 'xx xxxxxx 0', lengthBytes: 11 });
  expect(outcome('x'.repeat(1000))).toEqual({ shape: 'x'.repeat(40), lengthBytes: 1000 });
});
