// The benchmarks run and say what their README promises. How fast anything is, is not asked here.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const RUN = fileURLToPath(new URL('../../benchmarks/dist/run.js', import.meta.url));
const TINY = ['--rounds', '2', '--round-ms', '1', '--warm-up-ms', '1', '--messages', '40'];
const TIMEOUT_MS = 120_000;

interface Row {
  readonly name: string;
  readonly message: string | null;
  readonly against: { readonly name: string } | null;
}

function bench(...words: readonly string[]) {
  return spawnSync(process.execPath, [RUN, ...words], { encoding: 'utf8', maxBuffer: 2 ** 26 });
}

function rowsOf(suite: string, match = '', more: readonly string[] = []): readonly Row[] {
  const { status, stdout, stderr } = bench('--quick', '--json', '--only', suite, `--match=${match}`, ...more, ...TINY);
  expect(stderr).toBe('');
  expect(status).toBe(0);
  const results = JSON.parse(stdout);
  expect(results).toMatchObject({
    format: 'parley-benchmarks/1',
    machine: { cpu: expect.any(String), cores: expect.any(Number), node: process.versions.node },
    settings: { rounds: 2, roundMs: 1, warmUpMs: 1, messages: 40 },
  });
  expect(Object.keys(results.suites)).toEqual([suite]);
  const spread = { median: expect.any(Number), min: expect.any(Number), max: expect.any(Number) };
  for (const row of results.suites[suite]) {
    expect(row).toMatchObject({ wallUs: spread, cpuUs: spread, messagesPerSecond: expect.any(Number) });
    expect(row.against === null || row.against).toEqual(
      row.against === null || { name: expect.any(String), ratio: spread },
    );
  }
  return results.suites[suite];
}

test('kernels: every kernel, and open set against the floor on every message', { timeout: TIMEOUT_MS }, () => {
  const rows = rowsOf('kernels');
  const names = new Set(rows.map(({ name }) => name));
  for (const name of ['scan', 'canonicalise', 'crypto floor', 'open, known key', 'open, new key', 'seal'])
    expect(names).toContain(name);
  const opened = rows.filter(({ name }) => name.startsWith('open'));
  expect(opened.every(({ against }) => against?.name === 'crypto floor')).toBe(true);
  const messages = new Set(opened.map(({ message }) => message));
  const sealed = ['signed', 'cbc', 'gcm'].flatMap((kind) => [1, 5, 20, 100].map((size) => `sealed/${kind}-${size}k`));
  expect(messages).toEqual(new Set([1, 5, 20, 100].map((size) => `vector/signed-${size}k`).concat(sealed)));
});

test('pipeline: inline, one worker, two', { timeout: TIMEOUT_MS }, () => {
  const names = rowsOf('pipeline').map(({ name }) => name);
  expect(names).toEqual(['verifyBatch, inline', 'verifyBatch, 1 worker', 'verifyBatch, 2 workers']);
});

test('messages: open and seal, ours against the floor and peers against ours', { timeout: TIMEOUT_MS }, () => {
  const rows = rowsOf('messages', '-1k');
  const kinds = ['wcf-mixed', 'wcf-message', 'cxf', 'x509'];
  expect(new Set(rows.map(({ message }) => message))).toEqual(new Set(kinds.map((kind) => `${kind}-1k`)));
  for (const way of ['open', 'seal']) {
    const of = (name: string) => rows.filter((row) => row.name === `${name} ${way}`);
    expect(of('Parley').map(({ against }) => against?.name)).toEqual(kinds.map(() => `crypto floor of ${way}`));
    const peers = [...of('WSS4J DOM'), ...of('WSS4J StAX'), ...of('xmlsec')];
    for (const { against } of peers) expect(against?.name).toBe(`Parley ${way}`);
    // A peer that this machine has takes part in all of them.
    expect(peers.length % kinds.length).toBe(0);
  }
});

test('messages: what live peers said, and the JDK beside us', { timeout: TIMEOUT_MS }, () => {
  const rows = rowsOf('messages', 'live-', ['--beside', 'jdk']);
  const of = (name: string) => rows.filter((row) => row.name === name);
  expect(of('Parley open').map(({ message }) => message)).toEqual(['live-cxf', 'live-wcf']);
  expect(of('Parley seal')).toEqual([]);
  // A machine that has it has it for both, and its answers were compared with ours.
  expect([0, 2]).toContain(of('JDK open').length);
  for (const { against } of of('JDK open')) expect(against?.name).toBe('Parley open');
});

test('an unknown peer is refused', () => {
  const { status, stderr } = bench('--only', 'messages', '--beside', 'cobol');
  expect(status).toBe(2);
  expect(stderr).toMatch(/^bench: .*cobol.*\n$/);
});

test('an unknown suite is refused', () => {
  const { status, stderr } = bench('--only', 'everything');
  expect(status).toBe(2);
  expect(stderr).toMatch(/^bench: .*everything.*\n$/);
});
