import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { findLogFiles } from '@parley/log';
import { afterAll, beforeAll, expect, test } from 'vitest';

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'parley-find-'));
  mkdirSync(join(directory, 'b', 'c'), { recursive: true });
  for (const name of [
    'z.xml',
    'a.ndjson.gz',
    'b/2.jsonl',
    'b/10.log.zst',
    'b/c/m.XML',
    'notes.txt',
    'b/keys.json',
    'Ä.xml',
  ]) {
    writeFileSync(join(directory, name), name);
  }
  symlinkSync(join(directory, 'z.xml'), join(directory, 'linked.xml'));
  symlinkSync(directory, join(directory, 'b', 'loop.xml'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

test('a directory stands for the logs in it and below, sorted by code unit; what is skipped is counted', async () => {
  const { files, skipped } = await findLogFiles([directory]);
  expect(files.map((file) => relative(directory, file.path))).toEqual([
    'a.ndjson.gz',
    'b/10.log.zst',
    'b/2.jsonl',
    'b/c/m.XML',
    'linked.xml',
    'z.xml',
    'Ä.xml',
  ]);
  expect(skipped).toBe(3);
  expect(files[0]?.sizeBytes).toBe('a.ndjson.gz'.length);
});

test('what is odd in a directory is named, and the rest is found; a path that is odd itself is an error', async () => {
  const odd = mkdtempSync(join(tmpdir(), 'parley-odd-'));
  try {
    symlinkSync(join(odd, 'nowhere'), join(odd, '1.xml'));
    expect(spawnSync('mkfifo', [join(odd, '2.ndjson')]).status).toBe(0);
    writeFileSync(join(odd, '3.xml'), '<a/>');
    expect(await findLogFiles([odd])).toEqual({
      files: [{ path: join(odd, '3.xml'), sizeBytes: 4 }],
      skipped: 0,
      odd: [
        { path: join(odd, '1.xml'), reason: 'ENOENT' },
        { path: join(odd, '2.ndjson'), reason: 'not a file' },
      ],
    });
    await expect(findLogFiles([join(odd, '1.xml')])).rejects.toMatchObject({ code: 'caller.input-unreadable' });
  } finally {
    rmSync(odd, { recursive: true });
  }
});

test('a file stands for itself whatever its name, in the order given', async () => {
  const paths = [join(directory, 'notes.txt'), join(directory, 'a.ndjson.gz')];
  expect((await findLogFiles(paths)).files.map((file) => file.path)).toEqual(paths);
});

test('what is not there is a coded error', async () => {
  await expect(findLogFiles([join(directory, 'none')])).rejects.toMatchObject({
    code: 'caller.input-unreadable',
    detail: { reason: 'ENOENT' },
  });
});
