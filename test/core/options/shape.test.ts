import type { Kind } from '@parley/core/internal';
import { called, FLAG, listOf, oneOf, optional, requireKind, shapeOf, TEXT, whole } from '@parley/core/internal';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { codeOf } from '../code-of.ts';

interface Sample {
  readonly order: 'first' | 'last';
  readonly strict: boolean;
  readonly leastMs?: number | undefined;
  readonly names?: readonly string[] | undefined;
}

const SAMPLE: Kind<Sample> = shapeOf<Sample>({
  order: oneOf(['first', 'last']),
  strict: FLAG,
  leastMs: optional(whole(1, 10)),
  names: optional(listOf(TEXT)),
});

const FITTING: Sample = { order: 'first', strict: true, leastMs: 10, names: ['a'] };

function detailOf(value: unknown): unknown {
  try {
    requireKind(SAMPLE, value, 'sample');
    return undefined;
  } catch (error) {
    return (error as { readonly detail?: unknown }).detail;
  }
}

describe('T80: a shape', () => {
  test('takes what fits', () => {
    expect(detailOf(FITTING)).toBeUndefined();
    expect(detailOf({ order: 'last', strict: false })).toBeUndefined();
  });

  test.each([
    [
      { ...FITTING, ordre: 'first' },
      { option: 'sample.ordre', reason: 'unknown', nearest: 'order' },
    ],
    [
      { ...FITTING, order: 'lats' },
      { option: 'sample.order', got: '"lats"', nearest: 'last', wanted: 'first, last' },
    ],
    [
      { ...FITTING, strict: 'yes' },
      { option: 'sample.strict', got: 'a string of 3' },
    ],
    [
      { ...FITTING, leastMs: 11 },
      { option: 'sample.leastMs', got: '11', least: 1, most: 10 },
    ],
    [
      { ...FITTING, names: ['a', 1] },
      { option: 'sample.names[1]', got: '1' },
    ],
    [{ strict: true }, { option: 'sample.order', got: 'undefined' }],
    [new Map(), { option: 'sample.order' }],
    [new Uint8Array(3), { option: 'sample', got: 'an object: Uint8Array', wanted: 'an object with order, strict' }],
    [new DataView(new ArrayBuffer(1)), { option: 'sample', wanted: 'an object with order, strict' }],
    [undefined, { option: 'sample', got: 'undefined', wanted: 'an object with order, strict' }],
    [null, { option: 'sample', got: 'null' }],
  ])('%j: says what is wrong', (value, detail) => {
    expect(detailOf(value)).toMatchObject(detail);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, -1, 0, 1.5, '5', new Date(5), null, 5n])(
    'no whole number: %s',
    (leastMs) => {
      expect(detailOf({ ...FITTING, leastMs })).toMatchObject({ option: 'sample.leastMs' });
    },
  );

  test('never answers anything but a code of the caller’s, whatever it is given', () => {
    fc.assert(
      fc.property(
        fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true }),
        (value) => {
          const code = codeOf(() => requireKind(SAMPLE, value, 'sample'));
          return code === undefined || code === 'caller.option-invalid';
        },
      ),
    );
  });

  test('does not repeat a text that may be a secret', () => {
    expect(JSON.stringify(detailOf({ ...FITTING, strict: 'hunter2' }))).not.toContain('hunter2');
  });

  test('a getter that throws is the caller’s', () => {
    const value = {
      ...FITTING,
      get strict(): boolean {
        throw new Error('no');
      },
    };
    expect(detailOf(value)).toMatchObject({ reason: 'unreadable' });
  });
});

test('T80: a promise is no yes: what a function of the caller’s answers is checked', () => {
  const slow = (): unknown => Promise.resolve(false);
  expect(codeOf(() => called('authenticate', FLAG, slow))).toBe('caller.option-invalid');
  const failing = (): unknown => {
    throw new Error('down');
  };
  expect(codeOf(() => called('authenticate', FLAG, failing))).toBe('caller.callback-failed');
});
