import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { HAS_LIBXML } from '../codec/support/has-libxml.ts';
import { inSingleOctets, inUtf16 } from '../codec/support/transcode.ts';
import { parley, temporaryDirectory, VECTORS } from './run-parley.ts';

interface Inspected {
  readonly message: { readonly security: unknown };
  readonly schema: unknown;
  readonly verdict: unknown;
}

const directory = temporaryDirectory();
const MESSAGE = join(VECTORS, 'bench', 'signed-5k.xml');
const TO_JUDGE = ['--keys', join(VECTORS, 'bench', 'contexts.json'), '--at', '2026-11-22T05:01:00Z'];
const text = readFileSync(MESSAGE, 'utf8');

beforeAll(() => {
  writeFileSync(directory.join('utf16.xml'), inUtf16(text, 'utf-16be with mark'));
  writeFileSync(directory.join('windows.xml'), inSingleOctets(text, 'Windows-1252'));
});

async function verified(words: readonly string[]): Promise<unknown> {
  const { status, stdout } = await parley(['verify', ...words, ...TO_JUDGE, '--json']);
  const { valid, refused } = JSON.parse(stdout) as Record<string, unknown>;
  return { status, valid, refused };
}

describe('--reader', () => {
  test('scan is the default and takes UTF-8 only', async () => {
    const refused = { status: 1, valid: 0, refused: { 'peer.encoding-forbidden': 2 } };
    expect(await verified([directory.path])).toEqual(refused);
    expect(await verified([directory.path, '--reader', 'scan', '--workers', '0'])).toEqual(refused);
  });

  test('another name is wrong usage', async () => {
    const { status, stderr } = await parley(['verify', MESSAGE, ...TO_JUDGE, '--reader', 'dom']);
    expect(status).toBe(2);
    expect(stderr).toContain('caller.option-invalid');
  });

  test.runIf(HAS_LIBXML).each(['auto', 'libxml', 'cross-check'])('%s verifies every encoding', async (reader) => {
    const words = [MESSAGE, directory.path, '--reader', reader];
    expect(await verified([...words, '--allow-replays'])).toEqual({ status: 0, valid: 3, refused: {} });
    // In another encoding it is the same message all the same.
    expect(await verified(words)).toEqual({ status: 1, valid: 1, refused: { 'peer.replay': 2 } });
  });

  test('cross-check with workers is wrong usage', async () => {
    const words = ['verify', MESSAGE, ...TO_JUDGE, '--reader', 'cross-check', '--workers', '1'];
    const { status, stderr } = await parley(words);
    expect(status).toBe(2);
    expect(stderr).toMatch(/caller\.option-invalid.*workers/su);
  });

  test.runIf(HAS_LIBXML).each(['auto', 'libxml', 'cross-check'])('inspect reads UTF-16 with %s', async (reader) => {
    const words = ['inspect', directory.join('utf16.xml'), ...TO_JUDGE, '--schema', '--json'];
    const { status, stdout } = await parley([...words, '--reader', reader]);
    const like = await parley(['inspect', MESSAGE, ...TO_JUDGE, '--schema', '--json']);
    const { message, schema, verdict } = JSON.parse(stdout) as Inspected;
    const expected = JSON.parse(like.stdout) as Inspected;
    expect(status).toBe(like.status);
    expect(message.security).toEqual(expected.message.security);
    expect(schema).toEqual(expected.schema);
    expect(schema).toMatchObject({ valid: true });
    expect(verdict).toEqual(expected.verdict);
  });
});
