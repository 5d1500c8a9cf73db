// The pnpm that package.json pins: from the path if it is there; if not, installed by npm, which holds it to the hashes in scripts/pnpm.
// @ts-check
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const LOCKED = fileURLToPath(new URL('pnpm/', import.meta.url));

/** The version of pnpm that package.json pins. */
export const PNPM_VERSION = pinned();

/**
 * The program to start, and its arguments.
 * @param {readonly string[]} args
 * @returns {[program: string, args: string[]]}
 */
export function pnpm(...args) {
  return isOnPath() ? ['pnpm', [...args]] : [installed(), [...args]];
}

function pinned() {
  const { packageManager } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return String(packageManager)
    .replace(/^pnpm@/, '')
    .replace(/\+.*/, '');
}

function isOnPath() {
  if (process.platform === 'win32') return false; // pnpm is a .cmd there, which spawn does not start
  const result = spawnSync('pnpm', ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  return result.status === 0 && result.stdout.trim() === PNPM_VERSION;
}

/** Our own copy, for all runs to come. */
function installed() {
  const folder = fileURLToPath(new URL(`../.parley/pnpm-${PNPM_VERSION}/`, import.meta.url));
  const program = path.join(folder, 'node_modules', 'pnpm', process.platform === 'win32' ? 'pnpm.exe' : 'pnpm');
  if (existsSync(program)) return program;
  mkdirSync(folder, { recursive: true });
  for (const name of ['package.json', 'package-lock.json'])
    copyFileSync(path.join(LOCKED, name), path.join(folder, name));
  // Not `npm ci`: that wants the hashes of all platforms, and has those of Linux alone.
  const [npm, before] = npmOfThisNode();
  const args = [...before, 'install', '--prefix', folder, '--no-audit', '--no-fund', '--no-save', '--loglevel=error'];
  const { status, error } = spawnSync(npm, args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) {
    console.error(`pnpm ${PNPM_VERSION} could not be installed (npm: ${error?.message ?? status}).`);
    process.exit(1);
  }
  return program;
}

/**
 * npm by its JavaScript, which starts the same way on every system; by name where it lies elsewhere.
 * @returns {[program: string, before: string[]]}
 */
function npmOfThisNode() {
  const script = process.env['npm_execpath'] ?? '';
  return /npm-cli\.js$/.test(script) && existsSync(script) ? [process.execPath, [script]] : ['npm', []];
}
