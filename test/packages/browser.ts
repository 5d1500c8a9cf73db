// Pages as a real browser has them: Chromium without a window.
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'vitest';

const run = promisify(execFile);
const CHROMIUM = ['chromium', 'chromium-browser', 'google-chrome'].find(
  (name) => spawnSync(name, ['--version']).status === 0,
);

/** Why no page can be looked at on this machine, if so. */
export const missingBrowser: string | undefined =
  CHROMIUM === undefined ? 'no Chromium is installed (Debian: chromium)' : undefined;

/** The document of `url` as it is after all its scripts have run for so long; none of them may have failed. */
export async function rendered(url: string, virtualMs = 5000): Promise<string> {
  const profile = mkdtempSync(path.join(os.tmpdir(), 'parley-browser-'));
  try {
    const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--enable-logging=stderr'];
    const words = [...flags, `--user-data-dir=${profile}`, `--virtual-time-budget=${virtualMs}`, '--dump-dom', url];
    const { stdout, stderr } = await run(CHROMIUM!, words, { encoding: 'utf8', maxBuffer: 2 ** 26 });
    expect(stderr.split('\n').filter((line) => line.includes('CONSOLE') && /error|Uncaught/i.test(line))).toEqual([]);
    return stdout;
  } finally {
    rmSync(profile, { recursive: true, force: true });
  }
}
