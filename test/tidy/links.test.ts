// A link in our documents leads somewhere.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { type Finding, listed, ROOT, readSources, type Source, sourceOf } from './sources.ts';

test('relative links resolve', () => {
  const documents = readSources('.', /\.md$/).filter((source) => !source.path.startsWith('test/vectors/'));
  expect(listed(documents.flatMap(linkFindings))).toEqual([]);
  expect(linkFindings(sourceOf('docs/x.md', 'see [there](nowhere.md#part)'))).toHaveLength(1);
  expect(linkFindings(sourceOf('docs/x.md', 'see [there](../README.md) and [here](#below)'))).toEqual([]);
});

function linkFindings(source: Source): Finding[] {
  return source.text.split('\n').flatMap((line, index) =>
    [...line.matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, target = '']) => target.replace(/#.*/, ''))
      .filter((target) => target !== '' && !/^[a-z]+:/.test(target))
      .filter((target) => !existsSync(path.join(ROOT, path.dirname(source.path), target)))
      .map((target) => ({ path: source.path, line: index + 1, message: `${target} does not exist` })),
  );
}
