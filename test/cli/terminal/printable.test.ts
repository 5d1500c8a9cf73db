import { expect, test } from 'vitest';
import { printable } from '../../../packages/cli/src/terminal/printable.ts';

test('T84: nothing in a text can move the cursor, forge a line or turn its direction', () => {
  expect(printable('a\u001b[2Jb\nc\u0085d\u202ee\u2028f')).toBe('a\ufffd[2Jb\ufffdc\ufffdd\ufffde\ufffdf');
  expect(printable('Größe ✓')).toBe('Größe ✓');
  expect(printable('x'.repeat(5000)).length).toBeLessThan(310);
});
