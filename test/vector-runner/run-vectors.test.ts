// The runner itself: what it makes of suites that are wrong, incomplete or strange.
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { onTheList } from './src/refusals.ts';
import { runVectors } from './src/run-vectors.ts';

const BENCH = fileURLToPath(new URL('../vectors/bench/', import.meta.url));
const KDF = {
  id: 'k',
  secret: '296a2a2bfe1f6ff7ac24db0e0b2a3bbb',
  label: 'l',
  nonce: '00',
  offset: 0,
  length: 16,
  key: '00000000000000000000000000000000',
};

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vectors-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

interface Run {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

async function run(...args: readonly string[]): Promise<Run> {
  let out = '';
  let err = '';
  const write = (text: string) => {
    out += text;
  };
  const writeError = (text: string) => {
    err += text;
  };
  return { status: await runVectors(args, { write, writeError }), out, err };
}

interface Report {
  readonly suite: string;
  readonly run: number;
  readonly asExpected: number;
  readonly mismatches: readonly { id: string; expected: string; actual: string }[];
  readonly errors: readonly { id: string }[];
  readonly outOfScope: readonly { reason: string; count: number }[];
  readonly unknownPolicyFields: readonly string[];
}

/** Runs the only suite in the test's folder. */
async function runOnly(): Promise<Run & { report: Report }> {
  const result = await run(folder, '--json');
  const { suites } = JSON.parse(result.out) as { suites: Report[] };
  expect(suites).toHaveLength(1);
  return { ...result, report: suites[0]! };
}

function writeSuite(manifest: object, files: Record<string, string> = {}, directory: string = folder): void {
  mkdirSync(directory, { recursive: true });
  for (const [name, text] of Object.entries({ ...files, 'manifest.json': JSON.stringify(manifest) })) {
    writeFileSync(join(directory, name), text);
  }
}

test('a wrong expectation is a mismatch and exit status 1', async () => {
  const vectors = [
    { id: 'k', operation: 'derived-key', file: 'cases.json', expected: 'valid', strictProfile: 'accept' },
  ];
  writeSuite({ suite: 's', vectors }, { 'cases.json': JSON.stringify([KDF]) });
  const { status, report } = await runOnly();
  expect(status).toBe(1);
  expect(report).toMatchObject({ suite: 's', run: 1, asExpected: 0, mismatches: [{ id: 'k' }] });
});

test('a good message demanded to be refused, and a bad one to be accepted, are mismatches', async () => {
  const message = { operation: 'wssc-verify', now: '2026-11-22T05:01:00Z' };
  const vectors = [
    { ...message, id: 'good', file: 'good.xml', expected: 'invalid', strictProfile: 'reject', rejectCode: 'REPLAY' },
    { ...message, id: 'bad', file: 'bad.xml', expected: 'valid', strictProfile: 'accept' },
    {
      ...message,
      id: 'other-code',
      file: 'bad.xml',
      expected: 'invalid',
      strictProfile: 'reject',
      rejectCode: 'REPLAY',
    },
    { ...message, id: 'right-code', file: 'bad.xml', expected: 'invalid', rejectCode: 'REPLAY_OR_XML_MALFORMED' },
  ];
  const files = {
    'good.xml': readFileSync(`${BENCH}signed-1k.xml`, 'utf8'),
    'contexts.json': readFileSync(`${BENCH}contexts.json`, 'utf8'),
    'bad.xml': '<a>',
  };
  writeSuite({ suite: 's', contextsFile: 'contexts.json', vectors }, files);
  const { status, report } = await runOnly();
  expect(status).toBe(1);
  expect(report.mismatches).toEqual([
    { id: 'good', expected: 'REPLAY', actual: 'accepted' },
    { id: 'bad', expected: 'accepted', actual: 'peer.xml-malformed' },
    { id: 'other-code', expected: 'peer.replay', actual: 'peer.xml-malformed' },
  ]);
  expect(report.asExpected).toBe(1);
});

test('another Body than the expected one is a mismatch', async () => {
  const vector = {
    operation: 'wssc-verify',
    now: '2026-11-22T05:01:00Z',
    file: 'good.xml',
    expected: 'valid',
    strictProfile: 'accept',
  };
  const expectedOutput = { file: 'body', compare: 'exc-c14n of the children of Body after decryption' };
  const files = {
    'good.xml': readFileSync(`${BENCH}signed-1k.xml`, 'utf8'),
    'contexts.json': readFileSync(`${BENCH}contexts.json`, 'utf8'),
    body: '<other></other>',
  };
  writeSuite(
    {
      contextsFile: 'contexts.json',
      vectors: [
        { ...vector, id: 'a', expectedOutput },
        { ...vector, id: 'b' },
      ],
    },
    files,
  );
  const { report } = await runOnly();
  expect(report.mismatches.map(({ id }) => id)).toEqual(['a']);
  expect(report.asExpected).toBe(1);
});

test('what is valid and refused by default is compared after a looser profile opened it', async () => {
  const suite = new URL('../vectors/wssc-rampart-transcript/', import.meta.url);
  const manifest = JSON.parse(readFileSync(new URL('manifest.json', suite), 'utf8')) as { vectors: { id: string }[] };
  cpSync(fileURLToPath(suite), folder, { recursive: true });
  const id = 'res04';
  const [vector] = manifest.vectors.filter((candidate) => candidate.id === id);
  const wrong = { ...vector, id: 'wrong', signatures: [{ algorithm: 'hmac-sha1', valid: true, signed: ['Body'] }] };
  writeSuite({ ...manifest, vectors: [vector, wrong] });
  expect((await runOnly()).report.mismatches.map((mismatch) => mismatch.id)).toEqual(['wrong']);
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.plaintext'))) {
    const text = readFileSync(join(folder, name), 'utf8');
    writeFileSync(join(folder, name), text.replace('Hello', 'Hullo'));
  }
  expect((await runOnly()).report.mismatches.map((mismatch) => mismatch.id)).toEqual([id, 'wrong']);
});

test('an unknown operation is out of scope, with its reason, and no failure', async () => {
  writeSuite({
    suite: 's',
    vectors: [
      { id: 'x', operation: 'divine' },
      { id: 'r', operation: 'rsa', algorithm: 'RSAES-NONE', tests: 19 },
    ],
  });
  const { status, report } = await runOnly();
  expect(status).toBe(0);
  expect(report.run).toBe(0);
  expect(report.outOfScope).toEqual([
    { reason: 'unknown operation divine', count: 1 },
    { reason: 'public-key algorithm RSAES-NONE', count: 19 },
  ]);
});

test('what is refused on purpose is as expected, and counted apart; what should have been refused is a mismatch', async () => {
  const vector = {
    operation: 'c14n',
    algorithm: 'http://www.w3.org/2001/10/xml-exc-c14n#',
    expectedOutput: 'out',
    features: ['dtd'],
    strictProfile: 'reject',
  };
  const vectors = [
    { ...vector, id: 'dtd', file: 'dtd.xml' },
    { ...vector, id: 'none', file: 'none.xml' },
    { ...vector, id: 'xpath', file: 'none.xml', features: [], xpathFile: 'none.xml' },
  ];
  writeSuite({ suite: 's', vectors }, { 'dtd.xml': '<!DOCTYPE a><a/>', 'none.xml': '<a/>', out: '<a></a>' });
  const { out } = await run(folder);
  expect(out).toContain('3 run, 2 as expected, 2 of them refused on purpose, 1 mismatches');
  expect(out).toContain('  mismatch none: expected peer.xml-dtd-forbidden, actual accepted');
  expect(out).toContain('  refused on purpose: 1 x DOCTYPE\n');
  expect(out).toContain('  refused on purpose: 1 x XPath transform\n');
});

test('a refusal that is not on the list is a mismatch', () => {
  const outcome = { id: 'a', verdict: 'as-expected', refusals: ['DOCTYPE'] } as const;
  expect(onTheList(outcome)).toBe(outcome);
  expect(onTheList({ ...outcome, refusals: ['DOCTYPE', 'Tuesday'] })).toMatchObject({
    verdict: 'mismatch',
    actual: 'Tuesday',
  });
});

test('a vector that cannot be run is an error; the others are run', async () => {
  const vectors = [
    { id: 'missing', operation: 'wssc-verify', file: 'nowhere.xml', now: '2026-01-15T12:01:00Z' },
    { id: 'outside', operation: 'parse-only', file: '../outside.xml' },
    { id: 'no-file', operation: 'wssc-verify' },
    { id: 'bad-json', operation: 'derived-key', file: 'bad.json' },
    { id: 'bad-time', operation: 'wssc-verify', file: 'ok.xml', now: 'noon' },
    { id: 'bad-field', operation: 'wssc-sequence', steps: 'none' },
    'not an object',
    { operation: 'parse-only', file: 'ok.xml' },
  ];
  writeSuite({ suite: 's', vectors }, { 'bad.json': '{', 'ok.xml': '<a/>' });
  const { status, report } = await runOnly();
  expect(status).toBe(1);
  expect(report.errors.map(({ id }) => id)).toEqual([
    'missing',
    'outside',
    'no-file',
    'bad-json',
    'bad-time',
    'bad-field',
    '#7',
  ]);
  expect(report.asExpected).toBe(1);
});

test('a manifest that is not JSON is an error of its folder', async () => {
  writeFileSync(join(folder, 'manifest.json'), '{');
  const { status, report } = await runOnly();
  expect(status).toBe(1);
  expect(report.errors).toHaveLength(1);
});

test('policy fields that are not applied are named', async () => {
  writeSuite({ suite: 's', policy: { maxTokens: 3, maxWishes: 3 }, vectors: [] });
  const { report } = await runOnly();
  expect(report.unknownPolicyFields).toEqual(['maxWishes']);
});

test('suites are found at any depth, a suite inside a suite too', async () => {
  writeSuite({ suite: 'outer', vectors: [] }, {}, join(folder, 'a'));
  writeSuite({ suite: 'inner', vectors: [] }, {}, join(folder, 'a', 'b', 'c'));
  const { status, out } = await run(folder, join(folder, 'a'));
  expect(status).toBe(0);
  expect(out).toMatch(/^outer: /m);
  expect(out.match(/^inner: /gm)).toHaveLength(1);
});

test('--verbose lists every vector', async () => {
  writeSuite({ suite: 's', vectors: [{ id: 'seen', operation: 'parse-only', file: 'ok.xml' }] }, { 'ok.xml': '<a/>' });
  expect((await run(folder)).out).not.toContain('seen');
  expect((await run(folder, '--verbose')).out).toContain('seen: as expected');
});

test.each([
  ['no folder', []],
  ['an unknown option', ['.', '--fast']],
  ['a folder that is not there', ['/nowhere/at/all']],
])('%s is a usage error', async (_name, args) => {
  const { status, out, err } = await run(...args);
  expect(status).toBe(2);
  expect(out).toBe('');
  expect(err).toContain('Usage');
});

test('a folder without suites is a usage error', async () => {
  expect((await run(folder)).status).toBe(2);
});

test('--help is no error', async () => {
  const { status, out } = await run('--help');
  expect(status).toBe(0);
  expect(out).toContain('Usage');
});
