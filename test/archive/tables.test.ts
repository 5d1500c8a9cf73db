// What others read of an archive: its results in SQL, its report in a browser, its command line.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { parley } from '../cli/run-parley.ts';
import { sampleMessage, writeArchive } from './archive-fixture.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'parley-archive-tables-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const archive = writeArchive(path.join(folder, 'archive'), {
  segments: 3,
  messagesEach: 40,
  contexts: 7,
  replays: 3,
  forged: 2,
});
const out = path.join(folder, 'out');
const words = [
  'archive',
  'verify',
  archive.folder,
  '--keys',
  archive.keys,
  '--out',
  out,
  '--shards',
  '4',
  '--workers',
  '0',
];

/** DuckDB, where its native part is there. */
async function duckdb() {
  try {
    return (await import('@duckdb/node-api')).DuckDBInstance;
  } catch (error) {
    return String(error).slice(0, 300);
  }
}

test('results, report and summary of the command line', async ({ skip }) => {
  const first = await parley([...words, '--json']);
  expect(first.status).toBe(1);
  expect(JSON.parse(first.stdout)).toMatchObject({
    segments: 3,
    shards: 4,
    tally: { messages: 125, valid: 120, refused: { 'peer.replay': 3, 'peer.digest-mismatch': 2 } },
    answered: 125,
  });
  const again = await parley(words);
  expect(again.status).toBe(1);
  expect(again.stdout).toMatch(/peer\.replay +3\n(.*\n)*0 messages\/s in this run/);
  const report = readFileSync(path.join(out, 'report.html'), 'utf8');
  expect(report).toContain('5 of 125 messages are refused.');
  expect(report).toContain('<td><code>replay-0</code></td>');
  expect(report).not.toMatch(/<script|https?:/);
  const other = await parley([...words, '--allow-replays']);
  expect(other).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('it has results of another archive') as string,
  });

  const instance = await duckdb();
  if (typeof instance === 'string') return skip(`DuckDB does not run here: ${instance}`);
  const database = await (await instance.create(':memory:')).connect();
  const files = path.join(out, 'results', '*.parquet');
  const codes = await database.runAndReadAll(
    `select coalesce(code, 'valid') as code, count(*)::int as n, count(distinct context)::int as contexts,
       min(judged_at)::varchar as first from read_parquet('${files}') group by 1 order by n desc`,
  );
  expect(codes.getRowObjectsJson()).toMatchObject([
    { code: 'valid', n: 120, contexts: 7, first: '2026-01-15 12:00:00' },
    { code: 'peer.replay', n: 3 },
    { code: 'peer.digest-mismatch', n: 2 },
  ]);
  const index = await database.runAndReadAll(
    `select count(*)::int as n, count(distinct context)::int as contexts, max(shard)::int as last
       from read_parquet('${path.join(out, 'index', '*.parquet')}')`,
  );
  expect(index.getRowObjectsJson()).toMatchObject([{ n: 123, contexts: 7 }]);
});

test('T103: what messages and records are called does not become markup', async () => {
  const evil = path.join(folder, 'evil.ndjson');
  const [context] = archive.contexts;
  if (context === undefined) throw new Error('no context');
  const message = new TextDecoder().decode(sampleMessage(context, 1)).replace('hällo', '');
  writeFileSync(evil, `${JSON.stringify({ id: '<script>alert(1)</script>"\u0007', message })}\n`);
  const run = await parley([
    'archive',
    'verify',
    evil,
    '--keys',
    archive.keys,
    '--out',
    path.join(folder, 'evil'),
    '--workers',
    '0',
  ]);
  expect(run.status).toBe(1);
  expect(run.stdout).not.toContain('\u0007');
  const report = readFileSync(path.join(folder, 'evil', 'report.html'), 'utf8');
  expect(report).toContain('&lt;script&gt;alert(1)');
  expect(report).not.toContain('<script');
});
