// The arrow points one way: core <- codec <- engine <- conversation <- { http, log, stores, testing } <- { node-soap, gateway } <- cli.
import { expect, test } from 'vitest';
import { importsOf } from './imports.ts';
import {
  type Finding,
  LEVELS,
  listed,
  PACKAGES,
  packageSources,
  readJson,
  readSources,
  type Source,
  sourceOf,
} from './sources.ts';

const SCOPE = '@parley/';

// What codec may know of core: how to fail, how much to accept, and the base things. Never keys.
const KEY_MATERIAL =
  /^(Secret|MacKey|deriveKey|fillDerivedKey|computeKey|pSha1|encrypt|decrypt|digest|digestBase64|SecurityContext)$/;

test('each package depends only on packages to its left', () => {
  expect(
    listed(PACKAGES.flatMap((name) => dependencyFindings(name, readJson(`packages/${name}/package.json`)))),
  ).toEqual([]);
  expect(dependencyFindings('codec', { dependencies: { '@parley/engine': 'workspace:*' } })).toHaveLength(1);
});

test('the references of tsconfig.json are the dependencies of package.json', () => {
  for (const name of PACKAGES) {
    const references = (readJson(`packages/${name}/tsconfig.json`)['references'] ?? []) as { path: string }[];
    const referenced = new Set(references.map(({ path }) => path.replace('../', '')));
    const dependencies = new Set(workspaceDependencies(readJson(`packages/${name}/package.json`)));
    expect(referenced, `packages/${name}/tsconfig.json`).toEqual(dependencies);
  }
});

test('each import points left, and into the front door', () => {
  expect(listed(packageSources().flatMap(importFindings))).toEqual([]);
  const bad = [
    "import { open } from '@parley/engine';",
    "import { Fault } from '@parley/core/src/fault.ts';",
    "import { Fault } from '../../core/src/fault.ts';",
    "import { Secret } from '@parley/core';",
  ];
  for (const line of bad) expect(importFindings(sourceOf('packages/codec/src/x.ts', line)), line).toHaveLength(1);
  expect(importFindings(sourceOf('packages/codec/src/x.ts', "import { Fault } from '@parley/core';"))).toEqual([]);
});

test('pnpm is held to one version and its hash, wherever it is said', () => {
  const { packageManager } = readJson('package.json') as { readonly packageManager: string };
  const { dependencies } = readJson('scripts/pnpm/package.json') as {
    readonly dependencies: { readonly pnpm: string };
  };
  const { packages } = readJson('scripts/pnpm/package-lock.json') as {
    readonly packages: Readonly<Record<string, { readonly version?: string; readonly integrity?: string }>>;
  };
  const { version, integrity = '' } = packages['node_modules/pnpm'] ?? {};
  expect(version).toBe(dependencies.pnpm);
  const hash = Buffer.from(integrity.replace('sha512-', ''), 'base64').toString('hex');
  expect(packageManager).toBe(`pnpm@${version}+sha512.${hash}`);
});

test('packages are linked so that an arrow nobody wrote does not resolve', () => {
  const [settings] = readSources('.', /^pnpm-workspace\.yaml$/);
  expect(settings?.text).toMatch(/^nodeLinker: isolated$/m);
  expect(settings?.text).toMatch(/^hoist: false$/m);
});

function workspaceDependencies(manifest: Record<string, unknown>): string[] {
  const kinds = ['dependencies', 'optionalDependencies', 'peerDependencies'];
  const names = kinds.flatMap((kind) => Object.keys((manifest[kind] ?? {}) as Record<string, string>));
  return names.filter((name) => name.startsWith(SCOPE)).map((name) => name.slice(SCOPE.length));
}

function dependencyFindings(name: string, manifest: Record<string, unknown>): Finding[] {
  return workspaceDependencies(manifest)
    .filter((dependency) => !isLeftOf(dependency, name))
    .map((dependency) => ({
      path: `packages/${name}/package.json`,
      line: 0,
      message: `${name} must not depend on ${dependency}: move what it needs to the left`,
    }));
}

function importFindings(source: Source): Finding[] {
  const self = source.package ?? '';
  return importsOf(source).flatMap(({ specifier, line, names }) => {
    const message = specifier.startsWith(SCOPE)
      ? packageImportProblem(self, specifier.slice(SCOPE.length), names)
      : relativeImportProblem(source.path, specifier);
    return message === undefined ? [] : [{ path: source.path, line, message }];
  });
}

// A package has two doors: what is public, and `internal`, for Parley's own packages, tests and benchmarks.
function packageImportProblem(self: string, specifier: string, names: readonly string[]): string | undefined {
  const name = specifier.replace(/\/internal$/, '');
  if (name.includes('/')) return `import from '@parley/${name.split('/')[0]}', not from a file inside it`;
  if (!isLeftOf(name, self)) return `${self} must not import ${name}: move what it needs to the left`;
  const key = self === 'codec' ? names.find((name) => KEY_MATERIAL.test(name)) : undefined;
  return key === undefined ? undefined : `codec must not see keys: ${key} belongs to the engine`;
}

function relativeImportProblem(file: string, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  const depthInSrc = file.split('/').length - 4; // packages/<name>/src/<file> is 0 deep
  const up = specifier.split('/').filter((step) => step === '..').length;
  return up > depthInSrc ? 'a relative import stays inside its package; use the package name' : undefined;
}

function isLeftOf(name: string, other: string): boolean {
  const levelOf = (each: string): number => LEVELS.findIndex((level) => level.includes(each));
  return levelOf(name) >= 0 && levelOf(name) < levelOf(other);
}
