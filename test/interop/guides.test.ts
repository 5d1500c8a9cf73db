// The guides in docs/ are programs: their blocks run one after the other, and print what stands below them.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { loadLibxml } from '@parley/codec';
import { expect, test } from 'vitest';

const root = new URL('../../', import.meta.url);

interface Guide {
  readonly program: string;
  readonly printed: string;
}

function guide(name: string): Guide {
  const blocks = [...readFileSync(new URL(`docs/${name}`, root), 'utf8').matchAll(/```(ts|text)\n(.*?)```/gs)];
  const of = (language: string): string =>
    blocks.flatMap(([, kind, content]) => (kind === language ? [content as string] : [])).join('');
  const lines = of('ts').split('\n');
  // Imports may stand in any block of a guide, but in a program they come first once.
  const isImport = (line: string): boolean => line.startsWith('import ');
  const rest = lines.filter((line) => !isImport(line)).join('\n');
  return { program: `${lines.filter(isImport).join('\n')}\n${rest}`, printed: of('text') };
}

function expectPrinted(name: string): void {
  const { program, printed } = guide(name);
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    cwd: fileURLToPath(new URL('test/', root)),
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(stdout).toBe(printed);
}

test.runIf(loadLibxml().available)('docs/codec.md prints what it says', () => expectPrinted('codec.md'));

test('docs/plan.md prints what it says', () => expectPrinted('plan.md'));

test('docs/replays.md prints what it says', () => expectPrinted('replays.md'));
