// `npm run docs`: the documentation as a site in .parley/site/dist, with a page for everything that the packages export, and a search.
// Its tools (typedoc with a TypeScript of its own, VitePress) are installed by npm into site/, and for nothing else.
// @ts-check
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { ROOT, run } from './bootstrap.mjs';

const SITE = path.join(ROOT, 'site');
const OUT = path.join(ROOT, '.parley', 'site');
const SOURCE = path.join(OUT, 'source');
/** Commands are documented as such. */
const WITHOUT_API = new Set(['cli']);

export function makeSite() {
  install();
  rmSync(OUT, { recursive: true, force: true });
  mkdirSync(SOURCE, { recursive: true });
  for (const name of readdirSync(ROOT).filter((file) => file.endsWith('.md'))) copy(name);
  for (const folder of ['docs', 'examples']) copy(folder);
  for (const name of ['benchmarks', ...readdirSync(path.join(ROOT, 'packages')).map((each) => `packages/${each}`)])
    copy(`${name}/README.md`);
  listDecisions();
  typedoc();
  tool('vitepress', 'bin/vitepress.js', 'build', SITE);
}

function listDecisions() {
  const folder = path.join(SOURCE, 'docs', 'decisions');
  const lines = readdirSync(folder).map((name) => {
    const [title = name] = readFileSync(path.join(folder, name), 'utf8').split('\n');
    return `- [${title.replace(/^# /, '')}](${name})`;
  });
  writeFileSync(path.join(folder, 'index.md'), `# Decisions\n\n${lines.join('\n')}\n`);
}

function typedoc() {
  // Typedoc calls a module by its file.
  const folder = path.join(OUT, 'entries');
  mkdirSync(folder);
  const packages = readdirSync(path.join(ROOT, 'packages')).filter((name) => !WITHOUT_API.has(name));
  for (const name of packages)
    writeFileSync(path.join(folder, `${name}.ts`), `export * from '../../../packages/${name}/src/index.ts';\n`);
  const entries = packages.flatMap((name) => ['--entryPoints', path.join(folder, `${name}.ts`)]);
  const options = ['--options', path.join(SITE, 'typedoc.json'), '--out', path.join(SOURCE, 'api')];
  tool('typedoc', 'bin/typedoc', ...options, ...entries);
}

/** @param {string} name a file or folder of the repository, which has the same place in the site */
function copy(name) {
  const from = path.join(ROOT, name);
  if (existsSync(from)) cpSync(from, path.join(SOURCE, name), { recursive: true });
}

function install() {
  const stamp = path.join(SITE, 'node_modules', '.parley-installed');
  const lock = readFileSync(path.join(SITE, 'package-lock.json'), 'utf8');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  // No script of theirs is needed: esbuild comes as a binary.
  run('npm', ['ci', '--prefix', SITE, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']);
  writeFileSync(stamp, lock);
}

/**
 * @param {string} name
 * @param {string} file
 * @param {readonly string[]} args
 */
function tool(name, file, ...args) {
  run(process.execPath, [path.join(SITE, 'node_modules', name, file), ...args]);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) makeSite();
