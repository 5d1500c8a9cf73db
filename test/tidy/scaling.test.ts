import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { scalingTables } from '../../scripts/scaling-tables.mjs';
import { ROOT } from './sources.ts';

test('docs/scaling.md says what follows from docs/scaling.json', () => {
  const text = (name: string): string => readFileSync(path.join(ROOT, 'docs', name), 'utf8');
  const [, computed = ''] = text('scaling.md').split(/<!-- \/?computed -->\n/);
  const tables = scalingTables(JSON.parse(text('scaling.json')) as Parameters<typeof scalingTables>[0]);
  expect(computed === `${tables}\n`, 'run: node scripts/write-scaling.mjs').toBe(true);
});
