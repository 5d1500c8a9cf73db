// A file that is being written is not taken into use half.
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { WatchedFiles } from '../../packages/gateway/dist/gateway/watched-files.js';

const LOOK_MS = 20;

test('a file written in many pieces is read once, whole', async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'watched-'));
  const file = path.join(folder, 'users.txt');
  writeFileSync(file, 'before');
  const found: string[] = [];
  const changed = async (): Promise<ReadonlySet<string>> => {
    found.push(readFileSync(file, 'utf8'));
    return new Set([file]);
  };
  const watched = await WatchedFiles.of(new Set([file]), LOOK_MS, changed);
  onTestFinished(() => {
    watched.close();
    rmSync(folder, { recursive: true });
  });
  const whole = 'a line\n'.repeat(60);
  const handle = openSync(file, 'w');
  // Quicker than it is looked at, for many looks.
  for (const line of whole.match(/.*\n/g) ?? []) {
    writeSync(handle, line);
    await delay(LOOK_MS / 10);
  }
  await expect.poll(() => found, { timeout: 10_000 }).toEqual([whole]);
  await delay(5 * LOOK_MS);
  expect(found).toEqual([whole]);
});
