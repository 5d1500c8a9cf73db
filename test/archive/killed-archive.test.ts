/** A process that is killed in the middle of an archive takes nothing back, and who goes on makes what it would have made. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { folderObjects } from '@parley/archive';
import { afterAll, expect, test } from 'vitest';
import { objectsOf, writeArchive } from './archive-fixture.ts';

const WORKER = fileURLToPath(new URL('archive-worker.mjs', import.meta.url));
const KILLS = Number(process.env['PARLEY_ARCHIVE_KILLS'] ?? 8);
const folder = mkdtempSync(path.join(tmpdir(), 'parley-archive-killed-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const archive = writeArchive(path.join(folder, 'archive'), {
  segments: 6,
  messagesEach: 80,
  contexts: 11,
  replays: 6,
  forged: 6,
  ending: (segment) => (segment === 2 ? '.ndjson.gz' : '.ndjson'),
});

/** Works until it has said so many lines and is killed a moment later; says how it ended. */
function worked(out: string, killedAfter: number): Promise<NodeJS.Signals | number | null> {
  const child = spawn(process.execPath, [WORKER, archive.folder, archive.keys, out, '6'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let lines = 0;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    lines += text.split('\n').length - 1;
    if (lines > killedAfter) setTimeout(() => child.kill('SIGKILL'), Math.random() * 4);
  });
  return new Promise((resolve) => child.on('close', (code, signal) => resolve(signal ?? code)));
}

test(`T102: ${KILLS} kills at random moments, and the same octets`, { timeout: 300_000 }, async () => {
  const whole = path.join(folder, 'whole');
  expect(await worked(whole, Number.POSITIVE_INFINITY)).toBe(0);
  const killed = path.join(folder, 'killed');
  let kills = 0;
  for (let run = 0; run < KILLS; run++) if ((await worked(killed, 1 + (run % 5))) === 'SIGKILL') kills += 1;
  expect(kills).toBeGreaterThan(0);
  expect(await worked(killed, Number.POSITIVE_INFINITY)).toBe(0);
  expect(await objectsOf(folderObjects(killed))).toEqual(await objectsOf(folderObjects(whole)));
});
