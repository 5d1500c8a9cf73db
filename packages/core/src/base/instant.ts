import { Fault } from './fault.ts';

const DAY_MS = 86_400_000;
const MIN_MS = daysFromEpoch(1, 1, 1) * DAY_MS;
const MAX_MS = daysFromEpoch(10_000, 1, 1) * DAY_MS - 1;

const FRACTION_START = 'yyyy-MM-ddTHH:mm:ss'.length;
const FRACTION_DIGITS_MAX = 9;

/**
 * Reads an xs:dateTime in UTC as the Basic Security Profile wants it (R3217, R3213): `Z` and no offset, no leap second,
 * no 24:00:00, years 0001 to 9999, at most 9 fraction digits, of which those past the millisecond are dropped. No white
 * space.
 *
 * @returns milliseconds since 1970-01-01T00:00:00Z
 * @throws Fault `peer.timestamp-invalid`
 */
export function parseInstant(text: string): number {
  const octets = new TextEncoder().encode(text);
  return parseInstantOctets(octets, 0, octets.length);
}

/** The same for bytes[start, end), borrowed. @throws Fault `peer.timestamp-invalid` */
export function parseInstantOctets(bytes: Uint8Array, start: number, end: number): number {
  const text: Text = { bytes, start, end };
  expect(text, 4, '-');
  expect(text, 7, '-');
  expect(text, 10, 'T');
  expect(text, 13, ':');
  expect(text, 16, ':');
  const year = field(text, 0, 4, 1, 9999);
  const month = field(text, 5, 2, 1, 12);
  const day = field(text, 8, 2, 1, daysInMonth(year, month));
  const hour = field(text, 11, 2, 0, 23);
  const minute = field(text, 14, 2, 0, 59);
  const second = field(text, 17, 2, 0, 59);
  const millisecond = fractionMs(text);
  return daysFromEpoch(year, month, day) * DAY_MS + ((hour * 60 + minute) * 60 + second) * 1000 + millisecond;
}

/**
 * Writes `ms` as `yyyy-MM-ddTHH:mm:ss.SSSZ`.
 *
 * @throws Fault `caller.input-invalid` not a whole number, or outside the years 0001 to 9999.
 */
export function formatInstant(ms: number): string {
  if (!Number.isInteger(ms) || ms < MIN_MS || ms > MAX_MS)
    throw new Fault('caller.input-invalid', { input: 'instant', instantMs: ms });
  return new Date(ms).toISOString();
}

/** bytes[start, end). Places in it count from `start`. */
interface Text {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

// The text from the seconds on: nothing or a dot with digits, then Z and the end.
function fractionMs(text: Text): number {
  const end = text.end - text.start - 1;
  expect(text, end, 'Z');
  if (end === FRACTION_START) return 0;
  expect(text, FRACTION_START, '.');
  const digits = end - FRACTION_START - 1;
  if (digits < 1 || digits > FRACTION_DIGITS_MAX) throw invalid(text);
  const value = field(text, FRACTION_START + 1, digits, 0, 999_999_999);
  return Math.floor((value * 1000) / 10 ** digits);
}

function field(text: Text, at: number, digits: number, min: number, max: number): number {
  const from = text.start + at;
  if (from + digits > text.end) throw invalid(text);
  let value = 0;
  for (let index = from; index < from + digits; index++) {
    const digit = text.bytes[index]! - 0x30;
    if (digit < 0 || digit > 9) throw invalid(text);
    value = value * 10 + digit;
  }
  if (value < min || value > max) throw invalid(text);
  return value;
}

function expect(text: Text, at: number, character: string): void {
  const index = text.start + at;
  if (at < 0 || index >= text.end || text.bytes[index] !== character.charCodeAt(0)) throw invalid(text);
}

function invalid({ bytes, start, end }: Text): Fault {
  // safety: it may be anything that somebody put there by mistake, so its form is told and not what it says.
  const shape = Array.from(bytes.subarray(start, Math.min(end, start + SHAPE_CHARACTERS_MAX)), shapeOf).join('');
  return new Fault('peer.timestamp-invalid', { shape, lengthBytes: end - start });
}

const SHAPE_CHARACTERS_MAX = 40;

/** `0` for any digit and `x` for any letter: `2026-01-15T12:00:00+01:00` shows as `0000-00-00T00:00:00+00:00`. */
function shapeOf(octet: number): string {
  const character = String.fromCharCode(octet);
  if (octet >= 0x30 && octet <= 0x39) return '0';
  return 'TZ-:.+ '.includes(character) ? character : 'x';
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

// Days of the proleptic Gregorian calendar. Years are counted from March, so that a leap day is the last of its year.
function daysFromEpoch(year: number, month: number, day: number): number {
  const marchYear = month > 2 ? year : year - 1;
  const leapDays = Math.floor(marchYear / 4) - Math.floor(marchYear / 100) + Math.floor(marchYear / 400);
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  return marchYear * 365 + leapDays + dayOfYear - 719_468;
}
