// Nothing in the repository speaks of one machine, and nothing is left half done.
import { expect, test } from 'vitest';
import { type Finding, listed, readSources, type Source, sourceOf } from './sources.ts';

const TEXT = /\.(ts|mjs|js|md|json|jsonc|yaml|yml|sh)$|^\.ci\/run$|^(LICENSE|NOTICE)$/;
const NOT_WRITTEN_BY_US = /^(test\/vectors\/|pnpm-lock\.yaml$|benchmarks\/results\/)/;

// Put together here, so that this file does not find itself.
const FOLDERS = ['work', 'tmp', 'home', 'Users', 'root'].map((name) => `/${name}/`);
const LEFT_OVERS = ['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX'].map((word) => new RegExp(`\\b${word}\\b`));
const TEST_SWITCHES = new RegExp(`\\b(test|it|describe)\\.(${['on' + 'ly', 'sk' + 'ip', 'to' + 'do'].join('|')})\\b`);

test('no paths of a machine, no left-overs, no test switched off', () => {
  const sources = readSources('.', TEXT).filter(({ path }) => !NOT_WRITTEN_BY_US.test(path));
  expect(sources.length).toBeGreaterThan(20);
  expect(listed(sources.flatMap(textFindings))).toEqual([]);
});

test('each of them is found', () => {
  const bad = [`cd ${FOLDERS[0]}main`, `'${FOLDERS[1]}x'`, `// ${'TO' + 'DO'} later`, `test.${'on' + 'ly'}('x', run);`];
  for (const line of bad) expect(textFindings(sourceOf('docs/x.md', line)), line).toHaveLength(1);
  expect(textFindings(sourceOf('docs/x.md', 'see https://www.w3.org/2000/09/xmldsig'))).toEqual([]);
});

function textFindings(source: Source): Finding[] {
  return source.text.split('\n').flatMap((line, index) => {
    const message = problemOf(line);
    return message === undefined ? [] : [{ path: source.path, line: index + 1, message }];
  });
}

function problemOf(line: string): string | undefined {
  const folder = FOLDERS.find((name) => new RegExp(`(^|[^\\w.$}/-])${name}`).test(line));
  if (folder !== undefined)
    return `${folder} is a path of one machine; make it relative or ask the system for a folder`;
  if (LEFT_OVERS.some((pattern) => pattern.test(line))) return 'finish it, or write it down in docs';
  return TEST_SWITCHES.test(line) ? 'every test runs' : undefined;
}
