// Every code is raised somewhere, and stands in docs/faults.md.
import { readdirSync, readFileSync } from 'node:fs';
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

/** Of a code that is read of its SOAP fault, as peers do. */
function subcodeOf(code: faults.FaultCode): string | undefined {
  return faults.soapFaultOf(code)?.subcode?.replace(/^\w+:/, '');
}

test('every code is what some test provokes, by its name or by its SOAP fault where it has one of its own', () => {
  const tests = filesBelow('test').map((file) => readFileSync(file, 'utf8'));
  const shared = faults.FAULT_CODES.map(subcodeOf);
  const unprovoked = faults.FAULT_CODES.filter((code) => {
    const subcode = subcodeOf(code);
    // Two generations of a specification may each have one of the name.
    const isOwn = shared.filter((each) => each === subcode).length <= 2;
    const names = [code, code.slice(code.indexOf('.') + 1), ...(subcode !== undefined && isOwn ? [subcode] : [])];
    const named = new RegExp(`(?<![\\w-])(?:${names.join('|')})(?![\\w-])`);
    return !tests.some((text) => named.test(text));
  });
  expect(unprovoked).toEqual([]);
});

function filesBelow(folder: string): readonly string[] {
  return readdirSync(path.join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const below = path.join(folder, entry.name);
    if (entry.isDirectory()) return /^(node_modules|dist|tidy|vectors)$/.test(entry.name) ? [] : filesBelow(below);
    return /\.(ts|mjs|json)$/.test(entry.name) ? [path.join(ROOT, below)] : [];
  });
}

test('docs/faults.md is current', () => {
  const written = readFileSync(path.join(ROOT, 'docs/faults.md'), 'utf8');
  expect(written === faultTable(faults), 'run: node scripts/write-fault-table.mjs').toBe(true);
});
