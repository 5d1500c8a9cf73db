import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROFILE_NAMES } from '@parley/engine';
import { expect, test } from 'vitest';
import { NOW_MS, sampleEnvelope, sealed, text } from '../engine/support/sample.ts';
import { certificateRequest } from '../engine/support/sample-keys.ts';
import { parley, temporaryDirectory, VECTORS } from './run-parley.ts';

const directory = temporaryDirectory();
const KEYS = join(VECTORS, 'bench', 'contexts.json');
const MESSAGE = join(VECTORS, 'bench', 'signed-1k.xml');

async function verdict(...words: string[]): Promise<string> {
  const { stdout, stderr } = await parley(['verify', MESSAGE, '--keys', KEYS, '--workers', '0', '--json', ...words]);
  if (stdout === '') return (JSON.parse(stderr) as { code: string }).code;
  return Object.keys((JSON.parse(stdout) as { refused: object }).refused).join() || 'valid';
}

function policy(name: string, contents: string): string {
  const path = directory.join(name);
  writeFileSync(path, contents);
  return path;
}

test('changes from a file, limits from the command line over them', async () => {
  const file = policy('changes.json', '{"requireEncryptedBody":true,"limits":{"depthMax":2}}');
  expect(await verdict('--policy', policy('none.json', '{}'))).toBe('valid');
  expect(await verdict('--policy', file)).toBe('peer.limit-depth');
  expect(await verdict('--policy', file, '--limit', 'depthMax=64')).toBe('peer.coverage-missing');
  expect(await verdict('--limit', 'tokensMax=0', '--limit', 'depthMax=64')).toBe('peer.limit-tokens');
  const { status, stdout } = await parley(['inspect', MESSAGE, '--keys', KEYS, '--limit', 'tokensMax=0']);
  expect([status, stdout]).toEqual([1, expect.stringContaining('peer.limit-tokens')]);
});

test.each(PROFILE_NAMES)('keys of contexts are enough for --profile %s', async (name) => {
  expect(await verdict('--profile', name)).toMatch(/^(valid|peer\.)/);
});

test('what contexts do not sign is refused, and said of the message', async () => {
  const message = sealed(sampleEnvelope(), certificateRequest());
  const words = ['--keys', KEYS, '--profile', 'tolerant', '--at', new Date(NOW_MS).toISOString()];
  const { stdout } = await parley(['inspect', policy('by-certificate.xml', text(message)), ...words]);
  expect(stdout).toContain('refused: peer.certificate-untrusted');
});

test('what is no policy or limit is refused with its code, as JSON where that is asked for', async () => {
  expect(await verdict('--policy', directory.join('nowhere'))).toBe('caller.input-unreadable');
  expect(await verdict('--policy', policy('bad.json', '{'))).toBe('caller.input-invalid');
  expect(await verdict('--policy', policy('list.json', '[]'))).toBe('caller.input-invalid');
  for (const limit of ['depthMax', 'depthMax=-1', 'depthMax=1.5', 'depthMox=4', '=4'])
    expect([limit, await verdict('--limit', limit)]).toEqual([limit, 'caller.option-invalid']);
});

test('T84: what a log says leaves as JSON that keeps it, and shows it to no terminal', async () => {
  const id = '\u009b31mred\u009d0;title\u009c \u202ertl\u2066 \u007f\u2028\u061c';
  const log = policy('odd.ndjson', `${JSON.stringify({ id, message: '<a/>' })}\n`);
  const runs = [
    ['verify', log, '--keys', KEYS, '--workers', '0', '--out', '-', '--quiet'],
    ['verify', log, '--keys', KEYS, '--workers', '0', '--json'],
    ['inspect', log, '--json'],
    ['inspect', log],
    ['verify', log, '--keys', KEYS, '--workers', '0'],
  ];
  for (const words of runs) {
    const { stdout } = await parley(words);
    expect(stdout).not.toMatch(/(?!\n)[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u);
    if (stdout.startsWith('{')) expect(JSON.stringify(JSON.parse(stdout))).toContain(JSON.stringify(id).slice(1, -1));
  }
  expect(readFileSync(log, 'utf8')).toContain('\u009b');
});

test('a misspelt option is answered on one line', async () => {
  const { status, stderr } = await parley(['verify', MESSAGE, '--keys', KEYS, '--profil', 'strict']);
  expect([status, stderr]).toEqual([
    2,
    'parley: caller.option-invalid: wrong usage: option --profil: unknown: nearest --profile: see parley verify --help\n',
  ]);
});
