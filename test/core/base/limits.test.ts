import { DEFAULT_LIMITS, type Limits } from '@parley/core';
import { completeLimits } from '@parley/core/internal';
import { describe, expect, test } from 'vitest';
import { codeOf } from '../code-of.ts';

describe('completeLimits', () => {
  test('gives the defaults, and what is given over them', () => {
    expect(completeLimits()).toEqual(DEFAULT_LIMITS);
    expect(completeLimits({ depthMax: 7 })).toEqual({ ...DEFAULT_LIMITS, depthMax: 7 });
    expect(completeLimits({ depthMax: 0 }).depthMax).toBe(0);
  });

  test('the result cannot be changed', () => {
    expect(Object.isFrozen(completeLimits({ depthMax: 7 }))).toBe(true);
    expect(Object.isFrozen(DEFAULT_LIMITS)).toBe(true);
  });

  test.each([-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, '5', null, undefined])(
    'T80: refuses %s',
    (value) => {
      const given = { depthMax: value } as unknown as Partial<Limits>;
      expect(codeOf(() => completeLimits(given))).toBe('caller.option-invalid');
    },
  );

  test('refuses a limit that it does not know', () => {
    const given = { depthMaximum: 5 } as unknown as Partial<Limits>;
    expect(codeOf(() => completeLimits(given))).toBe('caller.option-invalid');
  });
});
