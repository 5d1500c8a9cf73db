// What is committed as WebAssembly is what the committed AssemblyScript compiles to.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { ASSEMBLIES, compiled } from '../../scripts/compile-assembly.mjs';
import { filesBelow, PACKAGES, ROOT } from './sources.ts';

test.each(ASSEMBLIES)('$target is compiled from $source', async (assembly) => {
  const written = readFileSync(path.join(ROOT, assembly.target), 'utf8');
  expect(written === (await compiled(assembly)), 'run: node scripts/compile-assembly.mjs').toBe(true);
});

test('each module is looked at, and each folder of sources', () => {
  const files = PACKAGES.flatMap((name) => filesBelow(`packages/${name}`));
  const folders = files.filter((file) => file.includes('/assembly/')).map((file) => path.posix.dirname(file));
  expect(new Set(folders)).toEqual(new Set(ASSEMBLIES.map(({ source }) => path.posix.dirname(source))));
  const targets = files.filter((file) => file.endsWith('-module-octets.ts'));
  expect(new Set(targets)).toEqual(new Set(ASSEMBLIES.map(({ target }) => target)));
});
