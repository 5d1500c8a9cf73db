// What would be published: the tarballs themselves, judged by those who judge packages, installed elsewhere, and used.
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { repositoryMembers, repositoryUrl, webAddress } from '../../scripts/repository.mjs';
import { PACKAGES } from '../tidy/sources.ts';
import { Installed, MINUTES_MS, pack, RELEASE, ROOT, succeed } from './installed.ts';

/** The floor, and the lines that are supported. */
const NODE_VERSIONS = ['20.19.0', '22', '24'] as const;
/** Installed beside the packages, where programs are bundled with them. */
const BUNDLERS = ['esbuild@0.28.2', 'rollup@4.68.7', '@rollup/plugin-node-resolve@16.0.3', 'webpack@5.113.0'] as const;

beforeAll(pack, 3 * MINUTES_MS);

describe.each(PACKAGES)('@parley/%s', (name) => {
  const tarball = (): Buffer => readFileSync(path.join(RELEASE, `parley-${name}-${version(name)}.tgz`));

  test('holds what a reader looks for, and nothing of the repository', () => {
    const files = filesIn(tarball());
    for (const file of ['README.md', 'LICENSE', 'NOTICE', 'package.json', 'dist/index.js', 'dist/index.d.ts'])
      expect(files.has(file), file).toBe(true);
    expect([...files.keys()].filter((file) => /(^|\/)(test|node_modules|\.parley)\/|tsbuildinfo/.test(file))).toEqual(
      [],
    );
    const manifest = JSON.parse(files.get('package.json') ?? '') as Manifest;
    expect(JSON.stringify(manifest.exports)).not.toContain('source');
    expect(JSON.stringify(manifest)).not.toContain('workspace:');
    // Nobody compiles what he did not ask for.
    expect(manifest).not.toHaveProperty('optionalDependencies');
    expect(manifest).toMatchObject({
      description: expect.stringMatching(/\.$/),
      keywords: expect.arrayContaining(['soap', 'ws-secureconversation']),
      license: 'Apache-2.0',
      repository: { type: 'git', url: 'git+https://github.com/somebody/fork.git', directory: `packages/${name}` },
      homepage: 'https://github.com/somebody/fork#readme',
      bugs: 'https://github.com/somebody/fork/issues',
      publishConfig: { access: 'public', provenance: true },
      engines: { node: '>=20.19' },
    });
  });

  test('publint has nothing to say', async () => {
    const data = tarball();
    const { messages, pkg } = await publint({ pack: { tarball: arrayBufferOf(data) }, strict: true });
    expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
  });

  test('its types are those of its modules, for whoever imports ESM', async () => {
    const result = await checkPackage(createPackageFromTarballData(new Uint8Array(tarball())));
    if (!result.types) throw new Error('no types');
    // ESM only: resolution of Node 10 and `require` under Node16 are not for us.
    const relevant = result.problems.filter(
      (problem) => !('resolutionKind' in problem && /^(node10|node16-cjs)$/.test(problem.resolutionKind)),
    );
    expect(relevant).toEqual([]);
  });
});

describe('installed elsewhere', () => {
  let installed: Installed;
  beforeAll(() => {
    installed = new Installed(...BUNDLERS);
    for (const file of ['use-packages.mjs', 'bundled-program.mjs', 'bundle.mjs'])
      installed.write(file, readFileSync(new URL(file, import.meta.url)));
  }, 3 * MINUTES_MS);
  afterAll(() => installed.remove());

  test.each(NODE_VERSIONS)(
    'they work under Node %s',
    (node) => {
      const script = path.join(ROOT, 'scripts', 'on-node.mjs');
      expect(succeed(process.execPath, [script, node, 'use-packages.mjs'], installed.folder)).toBe(
        'sealed and opened, inline and on a pool\nissued over HTTP\n4 of 4 valid, by the command line\n',
      );
    },
    3 * MINUTES_MS,
  );

  test.each(['esbuild', 'rollup', 'webpack'])(
    'they work bundled by %s, and without its worker a pool says what is missing',
    (bundler) => {
      succeed(process.execPath, ['bundle.mjs', bundler], installed.folder);
      expect(installed.run(`${bundler}/program.js`)).toBe('opened on a bundled worker\n');
      rmSync(path.join(installed.folder, bundler, 'worker.js'));
      expect(installed.run(`${bundler}/program.js`)).toMatch(
        /^caller\.option-invalid workerUrl .*worker\.js: .*@parley\/engine\/pool-worker/,
      );
    },
    MINUTES_MS,
  );
});

test('the bill of materials names every package that comes along', () => {
  const file = readdirSync(RELEASE).find((name) => name.endsWith('.cdx.json')) ?? '';
  const bill = JSON.parse(readFileSync(path.join(RELEASE, file), 'utf8')) as {
    readonly components: readonly { readonly name: string; readonly purl: string }[];
  };
  const names = new Set(bill.components.map((component) => component.name));
  for (const name of PACKAGES) {
    for (const dependency of Object.keys(manifestOf(name).dependencies ?? {})) {
      if (!dependency.startsWith('@parley/')) expect(names.has(dependency), dependency).toBe(true);
    }
  }
  expect(bill.components.every(({ purl }) => purl.startsWith('pkg:npm/'))).toBe(true);
});

interface Manifest {
  readonly version: string;
  readonly exports: unknown;
  readonly dependencies?: Readonly<Record<string, string>>;
}

function manifestOf(name: string): Manifest {
  return JSON.parse(readFileSync(path.join(ROOT, 'packages', name, 'package.json'), 'utf8')) as Manifest;
}

function version(name: string): string {
  return manifestOf(name).version;
}

/** The files of a tarball, without the folder that all are in. Short names only, which is all we have. */
function filesIn(tarball: Buffer): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  const octets = gunzipSync(tarball);
  for (let at = 0; at + 512 <= octets.length; ) {
    const text = (start: number, end: number): string =>
      octets.toString('utf8', at + start, at + end).replace(/\0.*$/s, '');
    const sizeBytes = Number.parseInt(text(124, 136), 8) || 0;
    const file = text(0, 100).replace(/^package\//, '');
    if (file !== '') files.set(file, octets.toString('utf8', at + 512, at + 512 + sizeBytes));
    at += 512 + Math.ceil(sizeBytes / 512) * 512;
  }
  return files;
}

function arrayBufferOf(data: Buffer): ArrayBuffer {
  const copy = new ArrayBuffer(data.length);
  new Uint8Array(copy).set(data);
  return copy;
}

test.each([
  ['git@github.com:owner/parley.git', 'https://github.com/owner/parley'],
  ['ssh://git@git.example.org:2222/owner/parley.git', 'https://git.example.org/owner/parley'],
  ['https://user:secret@git.example.org/group/sub/parley', 'https://git.example.org/group/sub/parley'],
  ['/srv/git/parley.git', undefined],
  ['../parley', undefined],
  ['', undefined],
])('a remote %j is read at %s', (remote, url) => expect(webAddress(remote)).toBe(url));

test('the sources name no repository: what is packed names the one it comes from', () => {
  for (const name of PACKAGES) {
    const manifest: unknown = JSON.parse(readFileSync(path.join(ROOT, 'packages', name, 'package.json'), 'utf8'));
    for (const member of ['repository', 'homepage', 'bugs']) expect(manifest).not.toHaveProperty(member);
  }
  expect(repositoryUrl({ GITHUB_REPOSITORY: 'a/b', GITHUB_SERVER_URL: 'https://ghe.example' })).toBe(
    'https://ghe.example/a/b',
  );
  expect(repositoryMembers('@parley/core', undefined)).toEqual({});
});
