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
  if (!Number.isInteger(ms) || ms < MIN_MS || ms > MAX_MS) throw new Fault('caller.input-invalid', { instantMs: ms });
  return new Date(ms).toISOString();
}

// The text from the seconds on: nothing or a dot with digits, then Z and the end.
function fractionMs(text: string): number {
  const end = text.length - 1;
  expect(text, end, 'Z');
  if (end === FRACTION_START) return 0;
  expect(text, FRACTION_START, '.');
  const digits = end - FRACTION_START - 1;
  if (digits < 1 || digits > FRACTION_DIGITS_MAX) throw invalid(text);
  const value = field(text, FRACTION_START + 1, digits, 0, 999_999_999);
  return Math.floor((value * 1000) / 10 ** digits);
}

function field(text: string, start: number, digits: number, min: number, max: number): number {
  let value = 0;
  for (let i = start; i < start + digits; i++) {
    const digit = text.charCodeAt(i) - 0x30;
    // The negation also catches the NaN past the end.
    if (!(digit >= 0 && digit <= 9)) throw invalid(text);
    value = value * 10 + digit;
  }
  if (value < min || value > max) throw invalid(text);
  return value;
}

function expect(text: string, at: number, character: string): void {
  if (text[at] !== character) throw invalid(text);
}

function invalid(text: string): Fault {
  return new Fault('peer.timestamp-invalid', { text: text.slice(0, 40) });
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
