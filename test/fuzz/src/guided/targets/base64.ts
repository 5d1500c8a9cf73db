/** The base64 reader: takes exactly what has one text, and writes nowhere else. */
import { Fault } from '@parley/core';
import { decodeBase64, decodeBase64Text, decodedBase64Max, encodeBase64 } from '@parley/core/internal';
import type { Target } from '../target.ts';
import { demand } from '../target.ts';

const LENGTH_MAX = 1600;
const CANARY = 0xa5;
const MARGIN_BYTES = 8;
const out = new Uint8Array(LENGTH_MAX + 2 * MARGIN_BYTES);
const encoder = new TextEncoder();

export const BASE64: Target = {
  name: 'base64',
  share: 150,
  inputBytesMax: LENGTH_MAX,
  seeds: ['', 'QQ==', 'QUI=', 'QUJD', ' Q U\nI\t=\r', 'QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo=', 'QUJD'.repeat(300)].map(
    (text) => encoder.encode(text),
  ),
  dictionary: [
    '=',
    '==',
    '===',
    '\n',
    '\r\n',
    ' ',
    '-',
    '_',
    'QUJD',
    '/+==',
    'AA==',
    'AB==',
    'AAA=',
    'AAB=',
    '\u0000',
    'é',
  ],
  answers: 'peer.',
  run,
};

function run(input: Uint8Array): void {
  const text = Buffer.from(input.buffer, input.byteOffset, input.length)
    .toString('latin1')
    .replace(/[ \t\r\n]+/gu, '');
  const expected = Buffer.from(text, 'base64');
  const isBase64 = expected.toString('base64') === text;
  const room = decodedBase64Max(input.length);
  out.fill(CANARY, 0, room + 2 * MARGIN_BYTES);
  let written: number;
  try {
    written = decodeBase64(input, 0, input.length, out, MARGIN_BYTES);
  } catch (error) {
    demandMargins(room);
    demand(!(isBase64 && error instanceof Fault), 'refused-base64', () => text);
    throw error;
  }
  demandMargins(room);
  const octets = out.subarray(MARGIN_BYTES, MARGIN_BYTES + written);
  demand(isBase64, 'took-no-base64', () => text);
  demand(Buffer.compare(octets, expected) === 0, 'other-octets', () => text);
  demand(encodeBase64(octets) === text, 'other-text', () => text);
  demand(Buffer.compare(decodeBase64Text(text), expected) === 0, 'other-octets-of-text', () => text);
}

function demandMargins(room: number): void {
  for (let at = 0; at < MARGIN_BYTES; at++) {
    const holds = out[at] === CANARY && out[MARGIN_BYTES + room + at] === CANARY;
    demand(holds, 'wrote-outside', () => `octet ${at}`);
  }
}
