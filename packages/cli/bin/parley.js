#!/usr/bin/env node
import { statSync } from 'node:fs';
import module from 'node:module';
import { homedir } from 'node:os';
import path from 'node:path';

const words = process.argv.slice(2);
const BUNDLED = new URL('../dist/bundle.js', import.meta.url);
/** What is whole in the bundle; of other commands, it has their declarations. */
const IN_BUNDLE = new Set([
  ...['verify', 'inspect', 'explain', 'demo', 'seal', 'contexts', 'completion'],
  ...['help', '--help', '-h', '--version', '-V'],
]);
/** Of a checkout: what the compiler wrote last. */
const COMPILED = ['core', 'codec', 'engine', 'conversation', 'log', 'sealing', 'stores', 'cli'];

/** Whether there is a bundle with what is asked for, and nothing was compiled since it was made. */
function isBundled() {
  const madeMs = changedMs(BUNDLED);
  if (madeMs === undefined || !IN_BUNDLE.has(words[0])) return false;
  // What a configuration file names is made by modules that are not in the bundle, and must be of one kind with what judges.
  if (words.some((word) => /^--config(=|$)/.test(word))) return false;
  // Servers and tokens are reached by what is installed beside.
  if (words[0] === 'contexts' && words.some((word) => /:\/\/|^--key-service/.test(word))) return false;
  return COMPILED.every((name) => {
    return (changedMs(new URL(`../../${name}/tsconfig.tsbuildinfo`, import.meta.url)) ?? 0) <= madeMs;
  });
}

function changedMs(url) {
  return statSync(url, { throwIfNoEntry: false })?.mtimeMs;
}

// safety: what was compiled is read again as code, so it lies where only this user writes.
module.enableCompileCache?.(path.join(process.env.XDG_CACHE_HOME || path.join(homedir(), '.cache'), 'parley'));
const { main } = await import(isBundled() ? BUNDLED.href : '../dist/main.js');

// Pipes that nobody closes must not keep the process alive; what was written is out when `main` resolves.
process.exit(await main(words));
