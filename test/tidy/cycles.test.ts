// No file imports itself, however long the way round.
import path from 'node:path';
import { expect, test } from 'vitest';
import { importsOf } from './imports.ts';
import { packageSources, type Source, sourceOf } from './sources.ts';

test('no import cycles', () => {
  expect(findCycle(packageSources())).toBeUndefined();
});

test('a cycle is found, inside a package and through its index', () => {
  const inside = [
    sourceOf('packages/core/src/left.ts', "import { right } from './right.ts';"),
    sourceOf('packages/core/src/right.ts', "import type { Left } from './left.ts';"),
  ];
  expect(findCycle(inside)).toBe(
    'packages/core/src/left.ts -> packages/core/src/right.ts -> packages/core/src/left.ts',
  );
  const throughIndex = [
    sourceOf('packages/core/src/index.ts', "export { left } from './left.ts';"),
    sourceOf('packages/core/src/left.ts', "import { left } from '@parley/core';"),
  ];
  expect(findCycle(throughIndex)).toMatch(/index\.ts$/);
  expect(findCycle(inside.slice(0, 1))).toBeUndefined();
});

/** The first cycle, written out; `undefined` when there is none. */
function findCycle(sources: readonly Source[]): string | undefined {
  const edges = new Map(sources.map((source) => [source.path, targetsOf(source)]));
  const finished = new Set<string>();
  const visit = (file: string, trail: readonly string[]): string | undefined => {
    if (trail.includes(file)) return [...trail.slice(trail.indexOf(file)), file].join(' -> ');
    if (finished.has(file)) return undefined;
    for (const target of edges.get(file) ?? []) {
      const cycle = visit(target, [...trail, file]);
      if (cycle !== undefined) return cycle;
    }
    finished.add(file);
    return undefined;
  };
  for (const file of edges.keys()) {
    const cycle = visit(file, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}

function targetsOf(source: Source): string[] {
  return importsOf(source).flatMap(({ specifier }) => {
    if (specifier.startsWith('.')) return [path.posix.join(path.posix.dirname(source.path), specifier)];
    const [, name, door = 'index'] = /^@parley\/([^/]+)(?:\/(internal))?$/.exec(specifier) ?? [];
    return name === undefined ? [] : [`packages/${name}/src/${door}.ts`];
  });
}
