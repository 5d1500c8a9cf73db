// All vectors of this repository, through the public API.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadNative } from '@parley/codec/internal';
import { beforeAll, describe, expect, test } from 'vitest';
import { recordOf } from './src/json-record.ts';
import { readRefusals } from './src/refusals.ts';
import { readAliases } from './src/reject-code.ts';
import { ALIAS_PERCENT_MAX, reportOf, type SuiteReport } from './src/report.ts';
import { runSuite } from './src/run-suite.ts';
import { runSignatureVector, runSignatureVectorBy } from './src/signature-vector.ts';
import { openSuite, suiteDirectories } from './src/suite-folder.ts';
import { vectorTable } from './src/vector-table.ts';

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
  'wssecurity-ws-js',
  'wycheproof',
  'xmldsig-2ed-c14n11',
  'xmldsig-aleksey',
  'xmldsig-c14n-merlin3',
  'xmldsig-exc-c14n-merlin',
  'xmldsig-merlin23',
  'xmldsig-phaos3',
  'xmldsig-xml-crypto',
  'xmldsig11-interop',
  'xmldsig11-ms-oracle-sun',
  'xmlenc-aleksey',
  'xmlenc-merlin5',
  'xmlenc-nist-aesgcm',
  'xmlenc-phaos3',
  'xmlenc11-interop',
];
const IS_NATIVE_THERE = isNativeThere();
/** Two documents in ISO-8859-1, where libxmljs2 is not installed. */
const OUT_OF_SCOPE: ReadonlyMap<string, SuiteReport['outOfScope']> = new Map([
  [
    'c14n-libxml2',
    IS_NATIVE_THERE ? [] : [{ reason: 'an encoding for which libxmljs2 has to be installed', count: 2 }],
  ],
]);

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

test.each(IN_SCOPE)('nothing of %s is out of scope, but what is said here', (suite) => {
  const directory = directories.find((candidate) => candidate.endsWith(`/${suite}`)) ?? '';
  const { vectors, tests } = JSON.parse(readFileSync(`${directory}/manifest.json`, 'utf8')) as {
    vectors: unknown[];
    tests?: number;
  };
  const report = reports.get(suite);
  const outOfScope = OUT_OF_SCOPE.get(suite) ?? [];
  expect(report?.outOfScope).toEqual(outOfScope);
  if (outOfScope.length === 0) expect(report?.run).toBe(tests ?? vectors.length);
});

// Refusing everything would be as expected too, so what was computed is counted.
test.each([
  ['xmldsig-2ed-c14n11', 3, 4],
  ['xmldsig-aleksey', 30, 30],
  ['xmldsig-c14n-merlin3', 3, 1],
  ['xmldsig-exc-c14n-merlin', 4, 1],
  ['xmldsig-merlin23', 3, 8],
  ['xmldsig-phaos3', 10, 11],
  ['xmldsig-xml-crypto', 8, 11],
  ['xmldsig11-interop', 14, 14],
  ['xmldsig11-ms-oracle-sun', 23, 23],
  ['xmlenc-merlin5', 0, 2],
])('%s: %i digests and %i signature values agree', (suite, digests, values) => {
  const checked = new Map(reports.get(suite)?.checked.map(({ reason, count }) => [reason, count]));
  expect(checked.get('digest agrees') ?? 0).toBe(digests);
  expect(checked.get('signature value verifies')).toBe(values);
});

test.each([
  ['xmlenc-aleksey', 16, 0],
  ['xmlenc-merlin5', 5, 0],
  ['xmlenc-nist-aesgcm', 23, 22],
  ['xmlenc-phaos3', 10, 1],
  ['xmlenc11-interop', 2, 0],
])('%s: %i plaintexts agree and %i do not decrypt', (suite, plaintexts, failures) => {
  const checked = new Map(reports.get(suite)?.checked.map(({ reason, count }) => [reason, count]));
  expect(checked.get('plaintext agrees')).toBe(plaintexts);
  expect(checked.get('does not decrypt') ?? 0).toBe(failures);
});

describe.runIf(IS_NATIVE_THERE).each(['libxml', 'cross-check'] as const)('read by %s', (reader) => {
  test.each(directories.filter((directory) => basename(directory).startsWith('xmldsig')))(
    '%s is as expected',
    (directory) => {
      const suite = openSuite(directory);
      for (const vector of suite.vectors) {
        const fields = recordOf(vector, 'vector');
        expect(runSignatureVectorBy(reader, suite, fields)).toEqual(runSignatureVector(suite, fields));
      }
    },
  );
});

test('what only an XPath transform or a DTD can make is refused, and counted apart', () => {
  expect(reports.get('c14n-libxml2')?.refusals).toEqual([
    { reason: 'DOCTYPE', count: 12 },
    { reason: 'XPath transform', count: 13 },
  ]);
});

test('what Wycheproof takes and we refuse, and what RSA 1.5 rejects without a word', () => {
  expect(reports.get('wycheproof')?.refusals).toEqual([
    { reason: 'a wrapped key of 8 octets, which RFC 3394 has not', count: 2 },
    { reason: 'a key of no octets', count: 7 },
    { reason: 'implicit rejection: a key that nobody knows', count: 11 },
    { reason: 'a DigestInfo without the NULL', count: 2 },
  ]);
});

test('every refusal of the list is made', () => {
  const made = new Set([...reports.values()].flatMap(({ refusals }) => refusals.map(({ reason }) => reason)));
  expect(readRefusals().filter(({ reason }) => !made.has(reason))).toEqual([]);
});

// The two documents that only libxmljs2 reads are in the counts.
test.runIf(IS_NATIVE_THERE)('docs/vectors.md is current', () => {
  const written = readFileSync(new URL('../../docs/vectors.md', import.meta.url), 'utf8');
  expect(written === vectorTable([...reports.values()]), 'run: node scripts/write-vector-table.mjs').toBe(true);
});

function isNativeThere(): boolean {
  try {
    loadNative();
    return true;
  } catch {
    return false;
  }
}
