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

test('a link called by the number of a decision leads to that one', () => {
  const documents = readSources('.', /\.md$/).filter((source) => !source.path.startsWith('test/vectors/'));
  expect(listed(documents.flatMap(numberFindings))).toEqual([]);
  expect(numberFindings(sourceOf('docs/x.md', 'as [0003](decisions/0004-open.md) says'))).toHaveLength(1);
  expect(numberFindings(sourceOf('docs/x.md', 'as [0004](decisions/0004-open.md) says'))).toEqual([]);
});

function numberFindings(source: Source): Finding[] {
  return source.text
    .split('\n')
    .flatMap((line, index) =>
      [...line.matchAll(/\[(\d{4})\]\((?:[^)]*\/)?(\d{4})-/g)]
        .filter(([, label, number]) => label !== number)
        .map(([, label, number]) => ({ path: source.path, line: index + 1, message: `${label} leads to ${number}` })),
    );
}

function linkFindings(source: Source): Finding[] {
  return source.text.split('\n').flatMap((line, index) =>
    [...line.matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, target = '']) => target.replace(/#.*/, ''))
      .filter((target) => target !== '' && !/^[a-z]+:/.test(target))
      .filter((target) => !existsSync(path.join(ROOT, path.dirname(source.path), target)))
      .map((target) => ({ path: source.path, line: index + 1, message: `${target} does not exist` })),
  );
}
