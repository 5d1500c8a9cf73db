import { invariant, unreachable } from '@parley/core/internal';
import { expect, test } from 'vitest';
import { codeOf } from '../code-of.ts';

test('invariant lets the truth pass and stops at anything else', () => {
  expect(codeOf(() => invariant(true, 'one is one'))).toBeUndefined();
  expect(codeOf(() => invariant(false, 'one is two'))).toBe('internal.invariant');
});

test('unreachable is reached only by a bug', () => {
  expect(codeOf(() => unreachable('surprise' as never))).toBe('internal.invariant');
});
