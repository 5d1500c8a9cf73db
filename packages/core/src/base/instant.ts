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
  if (!hasForm(bytes, start, end)) throw invalid(bytes, start, end);
  const year = digitsAt(bytes, start, 4);
  const month = digitsAt(bytes, start + 5, 2);
  const day = digitsAt(bytes, start + 8, 2);
  const hour = digitsAt(bytes, start + 11, 2);
  const minute = digitsAt(bytes, start + 14, 2);
  const second = digitsAt(bytes, start + 17, 2);
  const millisecond = fractionMs(bytes, start, end);
  const isDay = year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);
  const isTime = hour >= 0 && hour <= 23 && minute >= 0 && minute <= 59 && second >= 0 && second <= 59;
  if (!isDay || !isTime || millisecond < 0) throw invalid(bytes, start, end);
  return daysFromEpoch(year, month, day) * DAY_MS + ((hour * 60 + minute) * 60 + second) * 1000 + millisecond;
}

/** Whether all that is not digits stands where it has to; perf: one condition and no object, twice a message. */
function hasForm(bytes: Uint8Array, start: number, end: number): boolean {
  return (
    end - start > FRACTION_START &&
    bytes[start + 4] === DASH &&
    bytes[start + 7] === DASH &&
    bytes[start + 10] === LETTER_T &&
    bytes[start + 13] === COLON &&
    bytes[start + 16] === COLON &&
    bytes[end - 1] === LETTER_Z
  );
}

const DASH = 0x2d;
const DOT = 0x2e;
const COLON = 0x3a;
const LETTER_T = 0x54;
const LETTER_Z = 0x5a;

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

/** What stands between the seconds and the Z: nothing, or a dot with digits; negative for anything else. */
function fractionMs(bytes: Uint8Array, start: number, end: number): number {
  const digits = end - start - FRACTION_START - 2;
  if (digits === -1) return 0;
  if (digits < 1 || digits > FRACTION_DIGITS_MAX || bytes[start + FRACTION_START] !== DOT) return -1;
  const value = digitsAt(bytes, start + FRACTION_START + 1, digits);
  return Math.floor((value * 1000) / 10 ** digits);
}

/** The number that so many digits make; negative where there is anything else. */
function digitsAt(bytes: Uint8Array, at: number, digits: number): number {
  let value = 0;
  for (let index = at; index < at + digits; index++) {
    const digit = bytes[index]! - 0x30;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

function invalid(bytes: Uint8Array, start: number, end: number): Fault {
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
