// The pnpm that package.json pins: from the path if it is there, through npx if not.
// @ts-check
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';

/** The version of pnpm that package.json pins. */
export const PNPM_VERSION = pinned();

/**
 * The program to start, and its arguments.
 * @param {readonly string[]} args
 * @returns {[program: string, args: string[]]}
 */
export function pnpm(...args) {
  return isOnPath() ? ['pnpm', [...args]] : throughNpx(args);
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

/**
 * npx by its JavaScript, which starts the same way on every system; by name where npm lies elsewhere.
 * @param {readonly string[]} args
 * @returns {[program: string, args: string[]]}
 */
function throughNpx(args) {
  const npx = ['--yes', '--loglevel=error', `pnpm@${PNPM_VERSION}`, ...args];
  const npmScript = process.env['npm_execpath'];
  const npxScript = npmScript === undefined ? '' : path.join(path.dirname(npmScript), 'npx-cli.js');
  return existsSync(npxScript) ? [process.execPath, [npxScript, ...npx]] : ['npx', npx];
}
