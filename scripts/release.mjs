// `node scripts/release.mjs`: the tarballs of all packages and their bill of materials (CycloneDX, from the lockfile) in
// .parley/release. With `--tag v1.2.3` it also publishes them, if that is their version and the changelog knows it.
// @ts-check
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { ROOT, run } from './bootstrap.mjs';
import { bundle } from './bundle.mjs';
import { pnpm } from './pnpm.mjs';
import { repositoryUrl } from './repository.mjs';

const OUT = path.join(ROOT, '.parley', 'release');
const { tag } = parseArgs({ options: { tag: { type: 'string' } } }).values;

const version = oneVersion();
if (tag !== undefined) requireReady(tag.replace(/^v/, ''));
rmSync(OUT, { recursive: true, force: true });
mkdirSync(OUT, { recursive: true });
await bundle();
run(...pnpm('--recursive', '--filter', './packages/*', 'pack', '--pack-destination', OUT));
run(
  ...pnpm(
    'sbom',
    '--sbom-format',
    'cyclonedx',
    '--sbom-spec-version',
    '1.6',
    '--lockfile-only',
    '--prod',
    '--out',
    path.join(OUT, `parley-${version}.cdx.json`),
  ),
);
console.log(readdirSync(OUT).join('\n'));
if (tag !== undefined)
  run(...pnpm('--recursive', '--filter', './packages/*', 'publish', '--provenance', '--no-git-checks'));

/** The version that all packages have. */
function oneVersion() {
  const versions = new Set(
    readdirSync(path.join(ROOT, 'packages')).map((name) => {
      const manifest = readFileSync(path.join(ROOT, 'packages', name, 'package.json'), 'utf8');
      return String(JSON.parse(manifest).version);
    }),
  );
  if (versions.size !== 1) refuse(`the packages have several versions: ${[...versions].join(', ')}`);
  return [...versions].join();
}

/** @param {string} wanted */
function requireReady(wanted) {
  if (version !== wanted) refuse(`the packages are ${version}, the tag says ${wanted}`);
  const entry = new RegExp(`^## ${wanted.replaceAll('.', '\\.')}, \\d{4}-\\d{2}-\\d{2}$`, 'm');
  if (!entry.test(readFileSync(path.join(ROOT, 'CHANGELOG.md'), 'utf8')))
    refuse(`CHANGELOG.md has no "## ${wanted}, <date>"`);
  // Provenance is of a repository, and of no other than the one that the manifests name.
  if (repositoryUrl() === undefined)
    refuse('nobody says where its repository is: set GITHUB_REPOSITORY, or give the remote "origin" an address');
}

/**
 * @param {string} reason
 * @returns {never}
 */
function refuse(reason) {
  console.error(`Not released: ${reason}.`);
  process.exit(1);
}
