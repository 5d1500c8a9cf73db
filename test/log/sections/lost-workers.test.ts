// What becomes of a log when workers die over it. The workers are real, with faults of their own.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LogPool } from '@parley/log';
import { createLogPool, LogReplayCache, readSections, verifySections } from '@parley/log';
import { afterAll, afterEach, expect, test } from 'vitest';
import { AT_MS, SampleResolver, STRICT, sampleOctets } from '../../engine/pool/sample-messages.ts';

const workerUrl = new URL('faulty-worker.mjs', import.meta.url);
const folder = mkdtempSync(join(tmpdir(), 'parley-lost-'));
const small = Buffer.from(sampleOctets('signed-1k')).toString();
let pool: LogPool;

afterEach(() => pool.close());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function verified(words: readonly string[], contexts = new SampleResolver()) {
  const path = join(folder, 'log.ndjson');
  const at = new Date(AT_MS).toISOString();
  const records = Array.from({ length: 60 }, (_, index) => {
    const word = words[index - 30];
    return JSON.stringify({ id: `m${index}`, at, message: word === undefined ? small : `${word} ` });
  });
  writeFileSync(path, `${records.join('\n')}\n`);
  pool = createLogPool({ workers: 2, policy: STRICT, contexts, workerUrl, workerHeapMiBMax: 32, jobTimeoutMs: 1000 });
  let lines = '';
  const summary = await verifySections({
    sections: readSections(path, { workers: 2, sectionBytes: 20_000 }),
    pool,
    at: 'message',
    messageBytesMax: 1 << 20,
    replay: 'allow',
    results: 'all',
    onResults: (more) => {
      lines += more;
    },
  });
  const ids = lines
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { id: string }).id);
  expect(ids).toEqual(records.map((_, index) => `m${index}`));
  return summary;
}

test.each(['!exit', '!throw', '!heap', '!hang'])(
  'T72: %s ends its worker, is found out, and nobody else suffers',
  async (word) => {
    const summary = await verified([word]);
    expect(summary).toMatchObject({
      messages: 60,
      valid: 59,
      refused: { 'internal.worker-lost': 1 },
      firstRefused: { 'internal.worker-lost': ['m30'] },
    });
  },
  60_000,
);

test('T72: several of them, in one section and in others', async () => {
  const summary = await verified(['!exit', '!exit', '!throw', '!exit', '!late', '!reject']);
  expect(summary).toMatchObject({ messages: 60, refused: { 'internal.worker-lost': 4 } });
}, 60_000);

test('a context is asked for once by all sections that need it, and what cannot be looked up is refused as such', async () => {
  const contexts = new SampleResolver();
  expect(await verified([], contexts)).toMatchObject({ valid: 60 });
  expect(contexts.asked.length).toBeLessThanOrEqual(12);
  await pool.close();
  const failing = new SampleResolver();
  failing.get = () => Promise.reject(new Error('down'));
  expect(await verified([], failing)).toMatchObject({ valid: 0, refused: { 'internal.store-unavailable': 60 } });
});

test('what was seen in one section is a replay in the next', async () => {
  await verified([]);
  const path = join(folder, 'log.ndjson');
  const summary = await verifySections({
    sections: readSections(path, { workers: 2, sectionBytes: 5_000 }),
    pool,
    at: 'message',
    messageBytesMax: 1 << 20,
    replay: new LogReplayCache(),
    results: 'none',
  });
  expect(summary).toMatchObject({ messages: 60, valid: 1, refused: { 'peer.replay': 59 } });
  expect(summary.firstRefused).toEqual({ 'peer.replay': ['m1', 'm2', 'm3', 'm4', 'm5'] });
});
