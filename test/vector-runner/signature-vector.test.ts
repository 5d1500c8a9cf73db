// What the runner makes of XML signatures: it must see each thing that is wrong with one.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { JsonRecord } from './src/json-record.ts';
import { runSignatureVector } from './src/signature-vector.ts';
import { openSuite } from './src/suite-folder.ts';
import type { Verdict } from './src/verdict.ts';

const SUITES = fileURLToPath(new URL('../vectors/', import.meta.url));
const KEY = { keys: [{ type: 'secret', file: 'keys/hmackey.bin', format: 'raw' }] };
const ACCEPTED = { id: 'a', file: 'xpointer-3-SUN.xml', expected: 'valid', strictProfile: 'accept', key: KEY };
const REFUSED = {
  id: 'r',
  file: 'xpointer-1-SUN.xml',
  expected: 'valid',
  strictProfile: 'reject',
  strictReasons: ['xpointer Reference'],
  key: KEY,
};

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'signatures-'));
  cpSync(`${SUITES}xmldsig-2ed-c14n11`, folder, { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true }));

function verdictOf(vector: JsonRecord, change: (text: string) => string = (text) => text): Verdict {
  const path = join(folder, String(vector['file']));
  writeFileSync(path, change(readFileSync(path, 'utf8')));
  return runSignatureVector(openSuite(folder), vector);
}

test('a good one verifies, and one that is refused is computed all the same', () => {
  const checked = ['digest agrees', 'signature value verifies'];
  expect(verdictOf(ACCEPTED)).toEqual({ verdict: 'as-expected', checked });
  expect(verdictOf(REFUSED)).toEqual({ verdict: 'as-expected', refusals: ['xpointer Reference'], checked });
});

test.each([
  ['content', (text: string) => text.replace('<ietf:e31 at="3"/>', '<ietf:e31 at="4"/>')],
  ['digest', (text: string) => text.replace('<DigestValue>', '<DigestValue>A')],
  ['signature value', (text: string) => text.replace('<SignatureValue>', '<SignatureValue>A')],
  [
    'canonicalization',
    (text: string) => text.replace('xml-c14n11"/><SignatureMethod', 'xml-c14n11#x"/><SignatureMethod'),
  ],
  ['a prefix nobody declares', (text: string) => text.replace('<ietf:e31', '<none:e31')],
])('another %s is a mismatch where the signature should be good', (_, change) => {
  expect(verdictOf(ACCEPTED, change).verdict).toBe('mismatch');
  expect(verdictOf(REFUSED, change).verdict).toBe('mismatch');
});

test('what should be invalid and verifies is a mismatch', () => {
  expect(verdictOf({ ...ACCEPTED, expected: 'invalid', strictProfile: 'reject' }).verdict).toBe('mismatch');
});

test('a refusal for a reason that the manifest does not give is a mismatch', () => {
  expect(verdictOf({ ...REFUSED, strictReasons: ['DOCTYPE'] }).verdict).toBe('mismatch');
  expect(verdictOf({ ...ACCEPTED, strictProfile: 'reject', strictReasons: ['DOCTYPE'] }).verdict).toBe('mismatch');
  expect(verdictOf({ ...REFUSED, strictProfile: 'accept' }).verdict).toBe('mismatch');
});

test('no key of the right kind leaves the signature unproven', () => {
  expect(verdictOf({ ...ACCEPTED, key: {} }).verdict).toBe('mismatch');
});
