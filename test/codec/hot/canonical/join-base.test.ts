import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { joinBase, removeDotSegments } from '../../../../packages/codec/src/hot/canonical/join-base.ts';
import { vectorJson } from '../../support/reading.ts';

interface Vectors {
  readonly removeDotSegments: readonly (readonly [path: string, result: string])[];
  readonly join: readonly (readonly [base: string, reference: string, result: string])[];
}

const vectors = vectorJson<Vectors>('protocol/xml-base.json');
const path = fc
  .array(fc.constantFrom('a', 'b', '..yes', '...', '.', '..', '/', '/', '/'), { maxLength: 12 })
  .map((parts) => parts.join(''));

describe('removeDotSegments', () => {
  test.each(vectors.removeDotSegments)('%s is %s', (input, result) => {
    expect(removeDotSegments(input)).toBe(result);
  });

  test('what it leaves has nothing more to remove, and stays absolute or relative', () => {
    fc.assert(
      fc.property(path, (input) => {
        const once = removeDotSegments(input);
        expect(removeDotSegments(once)).toBe(once);
        expect(once.startsWith('/')).toBe(input.startsWith('/'));
      }),
    );
  });
});

describe('joinBase', () => {
  test.each(vectors.join)('%s and %s is %s', (base, reference, result) => {
    expect(joinBase(base, reference)).toBe(result);
  });

  test('agrees with the URL of the platform on hierarchical bases and paths', () => {
    const segment = fc.stringMatching(/^[a-z]{1,3}$/);
    const relative = fc
      .tuple(fc.array(fc.oneof(segment, fc.constantFrom('.', '..')), { minLength: 1, maxLength: 5 }), fc.boolean())
      .map(([segments, folder]) => segments.join('/') + (folder ? '/' : ''));
    fc.assert(
      fc.property(fc.array(segment, { maxLength: 4 }), relative, (folders, reference) => {
        const base = `http://example.org/${folders.join('/')}`;
        expect(joinBase(base, reference)).toBe(new URL(reference, base).href);
      }),
    );
  });
});
