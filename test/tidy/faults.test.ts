// Every code is raised somewhere, has a meaning, and stands in docs/faults.md.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { FAULT_CODES, soapFaultOf } from '@parley/core';
import { expect, test } from 'vitest';
import { FAULT_MEANINGS } from '../../scripts/fault-meanings.mjs';
import { faultTable } from '../../scripts/fault-table.mjs';
import { listed, packageSources, ROOT } from './sources.ts';

const TABLE = 'packages/core/src/base/fault.ts';

test('every code is raised somewhere', () => {
  const code = packageSources()
    .filter((source) => source.path !== TABLE)
    .flatMap((source) => source.code)
    .join('\n');
  const unused = FAULT_CODES.filter((name) => !code.includes(`'${name}'`));
  expect(
    listed(unused.map((name) => ({ path: TABLE, line: 0, message: `nothing raises ${name}; remove it` }))),
  ).toEqual([]);
});

test('every meaning belongs to a code', () => {
  expect(Object.keys(FAULT_MEANINGS)).toEqual([...FAULT_CODES]);
});

test('docs/faults.md is current', () => {
  const written = readFileSync(path.join(ROOT, 'docs/faults.md'), 'utf8');
  expect(written === faultTable(FAULT_CODES, soapFaultOf), 'run: node scripts/write-fault-table.mjs').toBe(true);
});
