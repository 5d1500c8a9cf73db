import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, createWriteStream, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { BOOTSTRAP_PROFILE_NAMES } from '@parley/engine';
import { describe, expect, test } from 'vitest';
import type { RunOptions } from './run-parley.ts';
import { PARLEY, parley, temporaryDirectory, VECTORS } from './run-parley.ts';

const directory = temporaryDirectory();
const KEYS = join(VECTORS, 'bench', 'contexts.json');
const MESSAGE = join(VECTORS, 'bench', 'signed-5k.xml');
const message = readFileSync(MESSAGE, 'utf8');

function write(name: string, contents: string | Uint8Array): string {
  const path = directory.join(name);
  writeFileSync(path, contents);
  return path;
}

/** The codes of a run that judges: status 1. */
async function refused(...words: string[]): Promise<unknown> {
  const { status, stdout, stderr } = await parley(['verify', ...words, '--keys', KEYS, '--json', '--workers', '0']);
  expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
  return (JSON.parse(stdout) as { refused: unknown }).refused;
}

/** The code of a run that ends with an error: status 2 and one line. */
async function failed(words: readonly string[], options: RunOptions = {}): Promise<string> {
  const { status, stdout, stderr } = await parley(words, options);
  expect({ status, stdout }, stderr).toEqual({ status: 2, stdout: '' });
  expect(stderr).toMatch(/^parley: [a-z]+\.[a-z-]+: [^\n]+\n$/);
  return /^parley: ([a-z.-]+):/.exec(stderr)?.[1] ?? '';
}

/** The code of a run that could not read a file, and says so beside its summary: status 2. */
async function unread(...words: string[]): Promise<string> {
  const { status, stdout, stderr } = await parley(['verify', ...words, '--workers', '0']);
  expect({ status, stdout }, stderr).toEqual({
    status: 2,
    stdout: expect.stringMatching(/^messages .*\n.*not to the end: 1 /s),
  });
  return /^parley: ([a-z.-]+): [^\n]+\n$/.exec(stderr)?.[1] ?? '';
}

const verify = (...words: string[]): Promise<string> => failed(['verify', ...words, '--workers', '0']);

describe('messages that are none: refused, each with its code', () => {
  test('not XML, truncated, another encoding, a DTD', async () => {
    expect(await refused(write('not.xml', 'Dear colleague,'))).toEqual({ 'peer.xml-malformed': 1 });
    expect(await refused(write('cut.xml', message.slice(0, 3000)))).toEqual({ 'peer.xml-malformed': 1 });
    expect(await refused(write('nothing.xml', ''))).toEqual({ 'peer.xml-malformed': 1 });
    expect(await refused(write('utf16.xml', Buffer.from(`\ufeff${message}`, 'utf16le')))).toEqual({
      'peer.encoding-forbidden': 1,
    });
    expect(
      await refused(
        write(
          'latin1.xml',
          Buffer.from(message.replace('<', '<?xml version="1.0" encoding="ISO-8859-1"?><'), 'latin1'),
        ),
      ),
    ).toEqual({
      'peer.encoding-forbidden': 1,
    });
    expect(await refused(write('dtd.xml', `<!DOCTYPE a [<!ENTITY e "e">]>${message}`))).toEqual({
      'peer.xml-dtd-forbidden': 1,
    });
  });

  test('an unknown context', async () => {
    const other = message.replaceAll('urn:uuid:67d2d266', 'urn:uuid:00000000');
    expect(await refused(write('other.xml', other))).toEqual({ 'peer.bad-context': 1 });
  });

  test('one line of 64 MB, among others', async () => {
    const path = directory.join('long.ndjson');
    const file = createWriteStream(path);
    file.write(`${JSON.stringify({ at: '2026-11-22T05:01:00Z', message })}\n{"message":"`);
    const filler = Buffer.alloc(1 << 20, 0x78);
    for (let index = 0; index < 64; index++) if (!file.write(filler)) await once(file, 'drain');
    file.end('"}\n{"message":7}\n');
    await once(file, 'close');
    expect(await refused(path)).toEqual({ 'peer.limit-message-size': 1, 'caller.input-invalid': 1 });
  });
});

describe('input that cannot be used: one line, status 2', () => {
  test('a missing file, a folder without logs, a format that is none', async () => {
    expect(await verify(directory.join('none.ndjson'), '--keys', KEYS)).toBe('caller.input-unreadable');
    mkdirSync(directory.join('bare'));
    expect(await verify(directory.join('bare'), '--keys', KEYS)).toBe('caller.input-invalid');
    expect(await unread(write('letter.txt', 'Dear colleague,'), '--keys', KEYS)).toBe('caller.input-invalid');
  });

  test('a file that may not be read', async () => {
    const path = write('closed.xml', message);
    chmodSync(path, 0);
    // The superuser may read everything; a folder in a file's place is unreadable for everybody.
    expect(await verify(join(path, 'below'), '--keys', KEYS)).toBe('caller.input-unreadable');
    if (process.getuid?.() !== 0) expect(await unread(path, '--keys', KEYS)).toBe('caller.input-unreadable');
  });

  test('compressed data that are cut or are none', async () => {
    expect(await unread(write('cut.ndjson.gz', gzipSync(message).subarray(0, 500)), '--keys', KEYS)).toBe(
      'caller.input-invalid',
    );
    expect(await unread(write('none.ndjson.zst', message), '--keys', KEYS)).toBe('caller.input-invalid');
  });

  test('keys that are missing, none, or wrong', async () => {
    expect(await verify(MESSAGE)).toBe('caller.option-invalid');
    expect(await verify(MESSAGE, '--keys', directory.join('none.json'))).toBe('caller.input-unreadable');
    expect(
      await verify(
        MESSAGE,
        '--keys',
        write('bad.json', '{"contexts":[{"identifier":"urn:x","secret":"c2VjcmV0LXNlY3JldA"}]}'),
      ),
    ).toBe('caller.keys-invalid');
    expect(await verify(MESSAGE, '--keys', KEYS, '--contexts', directory.path)).toBe('caller.option-invalid');
    expect(await verify(MESSAGE, '--keys', KEYS, '--kek', KEYS)).toBe('caller.option-invalid');
  });

  test('a place that cannot be written', async () => {
    expect(await verify(MESSAGE, '--keys', KEYS, '--out', directory.join('no', 'folder'))).toBe(
      'caller.output-unwritable',
    );
  });

  test('wrong usage', async () => {
    expect(await failed([])).toBe('caller.option-invalid');
    expect(await failed(['frobnicate'])).toBe('caller.option-invalid');
    expect(await failed(['verify'])).toBe('caller.option-invalid');
    expect(await verify(MESSAGE, '--keys', KEYS, '--frobnicate')).toBe('caller.option-invalid');
    expect(await verify(MESSAGE, '--keys', KEYS, '--at', 'yesterday')).toBe('caller.option-invalid');
    expect(await verify(MESSAGE, '--keys', KEYS, '--profile', 'lax')).toBe('caller.option-invalid');
    expect(await failed(['verify', MESSAGE, '--keys', KEYS, '--workers', '-1'])).toBe('caller.option-invalid');
    expect(await verify('-', '-', '--keys', KEYS)).toBe('caller.option-invalid');
  });

  test.each(BOOTSTRAP_PROFILE_NAMES)(
    'a profile whose messages no context signs, and nobody who may: %s',
    async (profile) => {
      for (const command of ['verify', 'inspect']) {
        const words = [command, join(VECTORS, 'bench/signed-5k.xml'), '--keys', join(VECTORS, 'bench/contexts.json')];
        const { status, stderr } = await parley([...words, '--profile', profile]);
        expect([status, stderr]).toEqual([2, expect.stringMatching(/option --profile: .* --config file/)]);
      }
    },
  );

  test.each(['nowhere', 'ftp://h/x', 'https://', 'file:///etc/passwd', ''])('call of %j, no address', async (url) => {
    const { status, stderr } = await parley(['call', url, '--action', 'urn:a', '--body', '-']);
    expect([status, stderr]).toEqual([2, expect.stringContaining('option <url>: no address of http or https')]);
  });

  test('no secret in any error', async () => {
    const { stderr } = await parley([
      'verify',
      MESSAGE,
      '--keys',
      write('leak.json', '[{"identifier":"a","secret":"VG9wU2VjcmV0!"}]'),
    ]);
    expect(stderr).not.toContain('VG9w');
  });
});

describe('a reader that goes away, and an interrupt', () => {
  const log = (): string => {
    const line = `${JSON.stringify({ at: '2026-11-22T05:01:00Z', message })}\n`;
    return write('many.ndjson', line.repeat(5000));
  };

  test('a closed pipe ends it quietly with status 141', async () => {
    const words = ['verify', log(), '--keys', KEYS, '--out', '-', '--allow-replays', '--workers', '0'];
    const child = spawn(process.execPath, [PARLEY, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    child.stdout.once('data', () => child.stdout.destroy());
    const [status] = (await once(child, 'close')) as [number | null];
    expect({ status, stderr }).toEqual({ status: 141, stderr: '' });
  });

  test('an interrupt ends it with status 130 and the summary so far', async () => {
    const words = ['verify', '-', '--keys', KEYS, '--allow-replays', '--out', '-', '--json', '--workers', '1'];
    const child = spawn(process.execPath, [PARLEY, ...words], { stdio: ['pipe', 'pipe', 'pipe'] });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    child.stdout.once('data', () => child.kill('SIGINT'));
    child.stdout.resume();
    // Standard input stays open: without the interrupt it would wait for ever.
    child.stdin.write(readFileSync(log()));
    child.stdin.on('error', () => undefined);
    const [status] = (await once(child, 'close')) as [number | null];
    expect(status).toBe(130);
    expect(JSON.parse(stderr)).toMatchObject({ complete: false });
  });
});

test.each([
  ['no JSON', 'garbage\n'],
  ['JSON of something else', '{"a":1}\n[]\n7\n'],
  ['lines that are no text', Buffer.from([0x7b, 0xff, 0xfe, 0x0a])],
  ['records without messages', '{"at":1}\n{"message":7}\n'],
])('a log of nothing but %s holds no message: status 2, and it says so', async (_, content) => {
  const log = write('nothing.ndjson', content);
  const { status, stdout } = await parley(['verify', log, '--keys', KEYS, '--workers', '0']);
  expect(status).toBe(2);
  expect(stdout).toMatch(/^no message in it: every line of a log is a record in JSON$/m);
});
