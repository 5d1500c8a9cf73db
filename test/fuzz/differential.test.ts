import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { runFuzzer } from './run-fuzzer.ts';
import { numberedDocument } from './src/documents/document-source.ts';

const findings = mkdtempSync(path.join(tmpdir(), 'parley-fuzz-'));

test.each([1, 2, 3])(
  'T24 T26: 8,000 documents of seed %i show no difference that is not allowed',
  { timeout: 300_000 },
  async (seed) => {
    const { status, output } = await runFuzzer('differential', [
      ...['--seed', String(seed), '--documents', '8000', '--findings', findings],
    ]);
    expect(output).toMatch(/\n0 differences\n$/u);
    expect(status, output).toBe(0);
    const counted = (name: string): number => Number(new RegExp(`${name} (\\d+)`, 'u').exec(output)?.[1]);
    // The seeds must keep both kinds in play.
    expect(counted('accepted')).toBeGreaterThan(2_000);
    expect(counted('refused')).toBeGreaterThan(2_000);
  },
);

test('a document depends on seed and number only', () => {
  const first = numberedDocument(7, 11).bytes;
  numberedDocument(7, 12);
  expect(numberedDocument(7, 11).bytes).toEqual(first);
  expect(numberedDocument(7, 12).bytes).not.toEqual(first);
  expect(numberedDocument(8, 11).bytes).not.toEqual(first);
});

test('a usage error has a status of its own', async () => {
  expect((await runFuzzer('differential', ['--minutes', 'x'])).status).toBe(2);
});
