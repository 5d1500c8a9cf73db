// Every code is raised somewhere, and stands in docs/faults.md.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as faults from '@parley/core';
import { expect, test } from 'vitest';
import { faultTable } from '../../scripts/fault-table.mjs';
import { listed, packageSources, ROOT } from './sources.ts';

const TABLE = /^packages\/core\/src\/base\/(peer|caller|internal)-faults\.ts$/;

test('every code is raised somewhere', () => {
  const code = packageSources()
    .filter((source) => !TABLE.test(source.path))
    .flatMap((source) => source.code)
    .join('\n');
  const unused = faults.FAULT_CODES.filter((name) => !code.includes(`'${name}'`));
  expect(
    listed(
      unused.map((name) => ({ path: 'packages/core/src/base', line: 0, message: `nothing raises ${name}; remove it` })),
    ),
  ).toEqual([]);
});

test('docs/faults.md is current', () => {
  const written = readFileSync(path.join(ROOT, 'docs/faults.md'), 'utf8');
  expect(written === faultTable(faults), 'run: node scripts/write-fault-table.mjs').toBe(true);
});
