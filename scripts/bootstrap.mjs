// From a fresh clone to a built tree with nothing but Node and npm: installs what the lockfile says, with the pnpm that
// package.json pins, then compiles. When nothing has changed it installs nothing.
// @ts-check
import './check-node.mjs';
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import process from 'node:process';
import readline from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { PNPM_VERSION, pnpm } from './pnpm.mjs';

/** The repository's folder. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** @param {string} what */
const stampOf = (what) => path.join(ROOT, 'node_modules', `.parley-${what}`);

/**
 * Installs and compiles what is out of date; ends the process when either fails. Native code takes minutes to compile, and all but the tests goes
 * without it.
 * @param {{ readonly native?: boolean }} [wanted]
 */
export async function bootstrap({ native = true } = {}) {
  if (!isInstalled()) {
    console.error(`Installing dependencies with pnpm ${PNPM_VERSION} ...`);
    await runPnpm('install', '--frozen-lockfile', '--ignore-scripts', '--reporter=append-only');
    stamp('installed');
  }
  if (native && !isStamped('compiled')) {
    console.error('Compiling libxmljs2 and pkcs11js (a minute or two, once) ...');
    await runPnpm('rebuild', '--pending', '--reporter=append-only');
    stamp('compiled');
  }
  if (native && !canLoadLibxml()) {
    console.error(
      'libxmljs2 (optional, native) was skipped: no second XML reader to check ours against; ' +
        'all else works. To have it: install python3, make and g++, delete node_modules, run this again.',
    );
  }
  run(process.execPath, [path.join('node_modules', 'typescript', 'bin', 'tsc'), '-b']);
  run(process.execPath, [path.join('scripts', 'bundle.mjs')]);
}

/**
 * Runs a program in the repository with this terminal's output and no input; ends the process when it fails.
 * @param {string} program
 * @param {readonly string[]} args
 */
export function run(program, args) {
  const result = spawnSync(program, args, { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] });
  if (result.error !== undefined) console.error(`Cannot start ${program}: ${result.error.message}`);
  if (result.status !== 0) process.exit(result.status ?? 1);
}

/** @param {readonly string[]} command */
async function runPnpm(...command) {
  const [program, args] = pnpm(...command);
  const child = spawn(program, args, {
    cwd: ROOT,
    // CI: nothing may stop and ask, whatever node_modules was there before.
    env: { ...process.env, ...headersOfThisNode(), CI: 'true' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  /** @type {string[]} */
  const compilerLog = [];
  for (const output of [child.stdout, child.stderr]) {
    readline.createInterface({ input: output }).on('line', (line) => {
      // What the compiler of an optional module says is noise, unless the installation fails.
      if (/(libxmljs2|pkcs11js) install:/.test(line)) compilerLog.push(line);
      else console.error(line);
    });
  }
  const code = await new Promise((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('close', resolve);
  });
  if (code !== 0) {
    console.error([...compilerLog, `pnpm ${command[0]} failed (${program}: ${code}).`].join('\n'));
    process.exit(1);
  }
}

/** @param {string} what */
function stamp(what) {
  writeFileSync(stampOf(what), fingerprint());
}

/** @param {string} what */
function isStamped(what) {
  return existsSync(stampOf(what)) && readFileSync(stampOf(what), 'utf8') === fingerprint();
}

/** Node's own headers when they lie beside it, so that compiling libxmljs2 need not download them. */
function headersOfThisNode() {
  const prefix = path.dirname(path.dirname(process.execPath));
  const header = path.join(prefix, 'include', 'node', 'node_version.h');
  if (process.env['npm_config_nodedir'] !== undefined || !existsSync(header)) return {};
  const text = readFileSync(header, 'utf8');
  const version = ['MAJOR', 'MINOR', 'PATCH'].map((part) => new RegExp(`NODE_${part}_VERSION (\\d+)`).exec(text)?.[1]);
  return version.join('.') === process.versions.node ? { npm_config_nodedir: prefix } : {};
}

function isInstalled() {
  const folders = [ROOT, path.join(ROOT, 'test'), ...readdirSync(path.join(ROOT, 'packages')).map(packageFolder)];
  const complete = folders.every((folder) => existsSync(path.join(folder, 'node_modules')));
  return complete && isStamped('installed');
}

/** @param {string} name */
function packageFolder(name) {
  return path.join(ROOT, 'packages', name);
}

/** What an installation depends on: the lockfile, the settings, every package.json, and the ABI of native modules. */
function fingerprint() {
  const hash = createHash('sha256');
  const packages = readdirSync(path.join(ROOT, 'packages')).map((name) => path.join('packages', name, 'package.json'));
  const manifests = ['package.json', 'test/package.json', 'benchmarks/package.json', ...packages];
  for (const name of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', ...manifests]) {
    const file = path.join(ROOT, name);
    if (existsSync(file)) hash.update(`${name}\n`).update(readFileSync(file));
  }
  return `${hash.digest('hex')} ${process.platform} ${process.arch} ${process.versions.modules}\n`;
}

function canLoadLibxml() {
  try {
    createRequire(path.join(ROOT, 'packages', 'codec', 'package.json'))('libxmljs2');
    return true;
  } catch {
    return false;
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) await bootstrap();
