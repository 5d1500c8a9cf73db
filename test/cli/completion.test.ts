// The scripts are run by the shells they are for, where these are here.
import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { parley } from './run-parley.ts';

function completed(script: string, words: readonly string[]): readonly string[] {
  const line = words.map((word) => `'${word}'`).join(' ');
  const program = `${script}\nCOMP_WORDS=(${line}); COMP_CWORD=${words.length - 1}; _parley; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', program], { encoding: 'utf8' });
  expect(stderr).toBe('');
  return stdout.split('\n').filter((word) => word !== '');
}

describe('parley completion', () => {
  test('bash completes commands, options and their values', async () => {
    const { stdout: script } = await parley(['completion', 'bash']);
    expect(completed(script, ['parley', 'ver'])).toEqual(['verify']);
    expect(completed(script, ['parley', 'verify', '--pro'])).toEqual(['--profile']);
    expect(completed(script, ['parley', 'verify', '--profile', 'wcf'])).toEqual(['wcf-message', 'wcf-mixed']);
    expect(completed(script, ['parley', 'demo', '--soap', ''])).toEqual(['1.1', '1.2']);
    expect(completed(script, ['parley', 'inspect', '--nosuch'])).toEqual([]);
    expect(completed(script, ['parley', 'contexts', 're'])).toEqual(['rekey']);
    expect(completed(script, ['parley', 'archive', 'verify', '--wor'])).toEqual(['--workers']);
    expect(completed(script, ['parley', 'explain', 'peer.digest'])).toEqual(['peer.digest-mismatch']);
    expect(completed(script, ['parley', 'completion', 'fi'])).toEqual(['fish']);
    expect(completed(script, ['parley', 'he'])).toEqual(['help']);
    expect(completed(script, ['parley', 'help', 'ver'])).toEqual(['verify']);
    expect(completed(script, ['parley', 'help', 'verify', ''])).toEqual([]);
    expect(completed(script, ['parley', 'contexts', 'he'])).toEqual(['help']);
    expect(completed(script, ['parley', 'contexts', 'help', 're'])).toEqual(['rekey']);
  });

  test.each(['zsh', 'fish'])('%s is given every command and its options', async (shell) => {
    const { status, stdout } = await parley(['completion', shell]);
    expect(status).toBe(0);
    for (const word of ['verify', 'inspect', 'demo', 'explain', 'only-refused', 'wcf-mixed'])
      expect(stdout).toContain(word);
  });

  test('another shell is refused', async () => {
    expect((await parley(['completion', 'tcsh'])).status).toBe(2);
  });
});
