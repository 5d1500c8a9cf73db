// SECURITY.md promises the limits that the code has.
import { DEFAULT_LIMITS } from '@parley/core';
import { expect, test } from 'vitest';
import { readSources } from './sources.ts';

test('SECURITY.md lists every limit with its default', () => {
  const [document] = readSources('.', /^SECURITY\.md$/);
  const listed = [...(document?.text ?? '').matchAll(/^\| `(\w+)` \| (\d+) \|$/gm)];
  expect(listed.map(([, name, value]) => [name, Number(value)])).toEqual(Object.entries(DEFAULT_LIMITS));
});
