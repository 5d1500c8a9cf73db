// One concept per file, named after it; tests stand where their sources stand.
import { expect, test } from 'vitest';
import { excuse } from './exceptions.ts';
import {
  type Finding,
  filesBelow,
  listed,
  PACKAGES,
  packageSources,
  readSources,
  type Source,
  sourceOf,
} from './sources.ts';

const LINES_MAX = 300;
const DRAWERS = /^(utils?|helpers?|common|misc|types|constants|shared|lib)$/;

// Tests that belong to no one package.
const OTHER_TEST_FOLDERS = [
  'tidy',
  'doors',
  'laws',
  'guides',
  'packages',
  'interop',
  'support',
  'vectors',
  'vector-runner',
  'fuzz',
];

test('files are short enough to hold in mind', () => {
  expect(listed(excuse('lines', packageSources().flatMap(lengthFindings)))).toEqual([]);
  const long = 'const x = 1;\n'.repeat(LINES_MAX + 1);
  expect(lengthFindings(sourceOf('packages/core/src/x.ts', long))).toHaveLength(1);
  expect(lengthFindings(sourceOf('packages/core/src/hot/x.ts', long))).toEqual([]);
});

test('files are named after what they hold', () => {
  expect(listed([...packageSources(), ...readSources('test')].flatMap(({ path }) => nameFindings(path)))).toEqual([]);
  for (const name of ['utils', 'types', 'deriveKey'])
    expect(nameFindings(`packages/core/src/${name}.ts`)).toHaveLength(1);
  expect(nameFindings('packages/core/src/helpers/pad.ts')).toHaveLength(1);
});

test('each test stands in the folder of a package', () => {
  const tests = filesBelow('test').filter((file) => file.endsWith('.test.ts'));
  expect(listed(tests.flatMap(placeFindings))).toEqual([]);
  expect(placeFindings('test/protocol/open.test.ts')).toHaveLength(1);
});

test('each package has one index, and an internal one where others need more: lists of named exports', () => {
  const indexes = packageSources().filter((source) => /\/src\/(index|internal)\.ts$/.test(source.path));
  expect(packageSources().filter((source) => /\/(index|internal)\.ts$/.test(source.path))).toEqual(indexes);
  const named = indexes.map((source) => source.path).filter((file) => file.endsWith('index.ts'));
  expect(named).toEqual(PACKAGES.map((name) => `packages/${name}/src/index.ts`));
  expect(listed(indexes.flatMap(indexFindings))).toEqual([]);
  expect(indexFindings(sourceOf('packages/core/src/index.ts', 'const x = 1;'))).toHaveLength(1);
});

function lengthFindings(source: Source): Finding[] {
  const count = source.text.split('\n').length - 1;
  const isFree = source.path.includes('/hot/') || count <= LINES_MAX;
  return isFree
    ? []
    : [{ path: source.path, line: 0, message: `${count} lines; at most ${LINES_MAX}: give a part its own file` }];
}

function nameFindings(path: string): Finding[] {
  const steps = path.replace(/^packages\/[^/]+\/src\//, '').split('/');
  return steps.flatMap((step) => {
    const name = step.replace(/(\.test|\.config|\.d)?\.ts$/, '');
    if (DRAWERS.test(name))
      return [{ path, line: 0, message: `'${name}' is a drawer: name the file after its concept` }];
    return /^[a-z0-9]+(-[a-z0-9]+)*$/.test(name) ? [] : [{ path, line: 0, message: 'file names are kebab-case' }];
  });
}

function placeFindings(path: string): Finding[] {
  const folder = path.split('/')[1] ?? '';
  const known = [...PACKAGES, ...OTHER_TEST_FOLDERS].includes(folder);
  return known ? [] : [{ path, line: 0, message: `test/${folder} is no package: tests mirror packages/*/src` }];
}

function indexFindings(source: Source): Finding[] {
  const statements = source.code.join('\n').replace(/export (type )?\{[^}]*\}( from '[^']+')?;/g, '');
  return statements.trim() === ''
    ? []
    : [{ path: source.path, line: 0, message: 'an index holds named re-exports and no logic' }];
}
