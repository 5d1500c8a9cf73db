import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parley } from './run-parley.ts';

describe('help', () => {
  test.each([
    [],
    ['verify'],
    ['archive'],
    ['archive', 'verify'],
    ['inspect'],
    ['demo'],
    ['explain'],
    ['serve'],
    ['relay'],
    ['call'],
    ['user'],
    ['completion'],
    ['seal'],
    ['contexts'],
    ['contexts', 'export'],
    ['contexts', 'rekey'],
  ])('parley %s --help', async (...words) => {
    const { status, stdout, stderr } = await parley([...words, '--help']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    await expect(stdout).toMatchFileSnapshot(`golden/help${words.map((word) => `-${word}`).join('')}.txt`);
  });

  test('the version is that of the package', async () => {
    const { version } = JSON.parse(
      readFileSync(new URL('../../packages/cli/package.json', import.meta.url), 'utf8'),
    ) as { version: string };
    for (const option of ['--version', '-V'])
      expect(await parley([option])).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' });
  });

  test('every way to ask for it gives the same', async () => {
    const { stdout } = await parley(['verify', '--help']);
    for (const words of [
      ['help', 'verify'],
      ['verify', '-h'],
    ])
      expect(await parley(words)).toEqual({ status: 0, stdout, stderr: '' });
  });
});
