/** Instants: exactly the texts that the Basic Security Profile allows, and the millisecond that Date agrees with. */
import { Fault } from '@parley/core';
import { formatInstant, parseInstant } from '@parley/core/internal';
import type { Target } from '../target.ts';
import { demand } from '../target.ts';

const SHAPE = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?Z$/u;
const encoder = new TextEncoder();

export const INSTANTS: Target = {
  name: 'instants',
  share: 190,
  inputBytesMax: 40,
  seeds: [
    '2026-01-15T12:00:00Z',
    '2024-02-29T23:59:59.999Z',
    '0001-01-01T00:00:00.000000001Z',
    '9999-12-31T23:59:59.123456789Z',
    '1900-02-28T00:00:00Z',
    '2000-02-29T00:00:00+00:00',
  ].map((text) => encoder.encode(text)),
  dictionary: [
    'Z',
    '+00:00',
    '-',
    ':',
    '.',
    'T',
    '24:00:00',
    ':60',
    '02-30',
    '13-',
    '00-',
    '0000',
    '10000',
    '.9999999999',
  ],
  answers: 'peer.',
  run,
};

function run(input: Uint8Array): void {
  const text = Buffer.from(input.buffer, input.byteOffset, input.length).toString('utf8');
  const expected = instantOf(text);
  let ms: number;
  try {
    ms = parseInstant(text);
  } catch (error) {
    demand(!(expected !== undefined && error instanceof Fault), 'refused-instant', () => text);
    throw error;
  }
  demand(ms === expected, 'other-instant', () => `${text}: ${ms}, and ${expected}`);
  demand(parseInstant(formatInstant(ms)) === ms, 'not-stable', () => text);
}

/** As a regular expression and Date see it. */
function instantOf(text: string): number | undefined {
  const [, year, month, day, hour, minute, second, fraction = ''] = SHAPE.exec(text) ?? [];
  if (year === undefined || year === '0000') return undefined;
  const milliseconds = `${fraction}000`.slice(0, 3);
  const ms = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${milliseconds}Z`);
  // Date counts on where a month ends or a day is over: what it gives back differs then.
  const isReal =
    !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(`${year}-${month}-${day}T${hour}:${minute}`);
  return isReal ? ms : undefined;
}
