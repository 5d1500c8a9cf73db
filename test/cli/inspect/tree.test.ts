import { expect, test } from 'vitest';
import { treeLines } from '../../../packages/cli/src/inspect/tree.ts';

test('branches are drawn, however deep', () => {
  const tree = {
    label: 'a',
    children: [
      { label: 'b', children: [{ label: 'c' }, { label: 'd' }] },
      { label: 'e', children: [{ label: 'f' }] },
    ],
  };
  expect(treeLines(tree)).toEqual(['a', '├─ b', '│  ├─ c', '│  └─ d', '└─ e', '   └─ f']);
});
