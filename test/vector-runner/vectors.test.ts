// All vectors of this repository, through the public API.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { readAliases } from './src/reject-code.ts';
import { ALIAS_PERCENT_MAX, reportOf, type SuiteReport } from './src/report.ts';
import { runSuite } from './src/run-suite.ts';
import { suiteDirectories } from './src/suite-folder.ts';

const VECTORS = fileURLToPath(new URL('../vectors', import.meta.url));
const IN_SCOPE = [
  'bench',
  'c14n-generated',
  'c14n-libxml2',
  'kdf-psha1',
  'w3c-xml-conformance',
  'wssc-adversarial',
  'wssc-rampart-transcript',
  'wssc-sequences',
  'wssc-valid',
  'wycheproof',
];

const directories = suiteDirectories(VECTORS);
const reports = new Map<string, SuiteReport>();

beforeAll(async () => {
  const aliases = readAliases();
  for (const directory of directories) {
    const report = reportOf(await runSuite(directory, aliases));
    reports.set(report.suite, report);
  }
});

test('no suite is lost', () => {
  expect([...reports.keys()]).toEqual(expect.arrayContaining(IN_SCOPE));
});

describe.each(IN_SCOPE)('%s', (suite) => {
  test('is as expected', () => {
    const report = reports.get(suite);
    expect(report?.mismatches).toEqual([]);
    expect(report?.errors).toEqual([]);
    expect(report?.unknownPolicyFields).toEqual([]);
  });

  test('ran, with few aliases', () => {
    const report = reports.get(suite);
    expect(report?.run).toBeGreaterThan(0);
    expect(report?.aliasPercent).toBeLessThanOrEqual(ALIAS_PERCENT_MAX);
  });
});

// What secured messages are made of has no excuse to be left out.
test.each([
  'bench',
  'kdf-psha1',
  'w3c-xml-conformance',
  'wssc-adversarial',
  'wssc-rampart-transcript',
  'wssc-sequences',
  'wssc-valid',
])('nothing of %s is out of scope', (suite) => {
  const directory = directories.find((candidate) => candidate.endsWith(suite)) ?? '';
  const manifest = JSON.parse(readFileSync(`${directory}/manifest.json`, 'utf8')) as { vectors: unknown[] };
  expect(reports.get(suite)?.outOfScope).toEqual([]);
  expect(reports.get(suite)?.run).toBe(manifest.vectors.length);
});
