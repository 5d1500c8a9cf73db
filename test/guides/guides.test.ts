// README files and guides are programs: a strict compiler takes them as they stand, and those that show what is printed print it.
import { loadLibxml } from '@parley/codec';
import { beforeAll, expect, test } from 'vitest';
import { compile, guideIn, readGuides, run } from './programs.ts';

const GUIDES = readGuides();
/** What a program needs beyond the packages. */
const NEEDS: Readonly<Record<string, boolean>> = { 'docs/codec.md': loadLibxml().available };
let complaints: string;

beforeAll(() => {
  complaints = compile(GUIDES);
});

test('every document with TypeScript compiles under the strictest options', () => {
  expect(complaints).toBe('');
});

test.each(GUIDES.filter(({ document, printed }) => printed !== undefined && NEEDS[document] !== false))(
  '$document prints what it says',
  (guide) => {
    const { stdout, stderr } = run(guide);
    expect(stderr).toBe('');
    expect(stdout).toBe(guide.printed);
  },
);

test('the blocks of a document are one program, with every import once', () => {
  const document = [
    '<!--ts',
    'const hidden = 1;',
    '-->',
    '```ts',
    "import { x } from 'm';",
    'const a = 1;',
    'x(a);',
    '```',
    '```text',
    '1',
    '```',
    '```ts',
    'import {',
    '  x, y,',
    "} from 'm';",
    'y(a);',
    '```',
    '',
  ].join('\n');
  const guide = guideIn('a.md', document);
  expect(guide?.program.split('\n').filter((line) => line !== '')).toEqual([
    "import { x, y } from 'm';",
    'const a = 1;',
    'x(a);',
    'y(a);',
    'export {};',
  ]);
  expect(guide?.printed).toBe('1\n');
  expect(guideIn('b.md', 'no program')).toBeUndefined();
});
