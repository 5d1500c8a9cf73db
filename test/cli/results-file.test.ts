// `parley verify --out` and what stands beside it: no input is harmed, no file is replaced unasked, none is left half-written.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createKeyEncryptionKeyFile, openLmdbContextStore } from '@parley/stores';

import { describe, expect, test } from 'vitest';
import { type Ended, PARLEY, parley, type RunOptions, temporaryDirectory, VECTORS } from './run-parley.ts';

const directory = temporaryDirectory();
const KEYS = join(VECTORS, 'bench', 'contexts.json');
const message = readFileSync(join(VECTORS, 'bench', 'signed-1k.xml'), 'utf8');
const RECORD = `${JSON.stringify({ at: '2026-11-22T05:01:00Z', message, id: 'small' })}\n`;

let folders = 0;
/** A folder of its own with `a.ndjson` in it. */
function folder(): {
  readonly path: string;
  readonly log: string;
  file(name: string, contents: string | Uint8Array): string;
} {
  const path = directory.join(`folder-${++folders}`);
  mkdirSync(path);
  const file = (name: string, contents: string | Uint8Array): string => {
    writeFileSync(join(path, name), contents);
    return join(path, name);
  };
  return { path, log: file('a.ndjson', RECORD), file };
}

const verify = (words: readonly string[], options: RunOptions = {}): Promise<Ended> =>
  parley(['verify', ...words, '--keys', KEYS, '--workers', '0'], options);
const codeOf = ({ stderr }: Ended): string | undefined => /^parley: ([a-z.-]+): [^\n]+\n$/.exec(stderr)?.[1];

describe('--out never takes the place of an input', () => {
  test.each(['itself', 'a hard link', 'a symbolic link', 'another spelling'])(
    '%s, with and without --force',
    async (kind) => {
      const { path, log } = folder();
      const other = join(path, 'results');
      if (kind === 'a hard link') linkSync(log, other);
      if (kind === 'a symbolic link') symlinkSync(log, other);
      const out =
        { itself: log, 'another spelling': join(path, '..', relative(directory.path, path), '.', 'a.ndjson') }[kind] ??
        other;
      for (const force of [[], ['--force']]) {
        const ended = await verify([log, '--out', out, ...force]);
        expect([ended.status, codeOf(ended)]).toEqual([2, 'caller.output-is-input']);
        expect(readFileSync(log, 'utf8')).toBe(RECORD);
      }
      // Found in its folder, and not named.
      expect(codeOf(await verify([path, '--out', out, '--force']))).toBe('caller.output-is-input');
      expect(readFileSync(log, 'utf8')).toBe(RECORD);
      expect(readdirSync(path).filter((name) => name.endsWith('.part'))).toEqual([]);
    },
  );

  test('keys, the policy, and the store are inputs too', async () => {
    const { path, log, file } = folder();
    const keys = file('keys.json', readFileSync(KEYS));
    const policy = file('policy.json', '{}');
    const kek = join(path, 'kek');
    const store = join(path, 'contexts');
    const keyEncryptionKey = await createKeyEncryptionKeyFile(kek);
    await (await openLmdbContextStore({ directory: store, keyEncryptionKey })).close();
    const withKeys = ['--keys', keys, '--policy', policy];
    const runs: (readonly [string, readonly string[]])[] = [
      [keys, withKeys],
      [policy, withKeys],
      [kek, ['--contexts', store, '--kek', kek]],
      // Beside the store it is read unasked, and all is lost without it.
      [kek, ['--contexts', store]],
      [join(store, 'data.mdb'), ['--contexts', store]],
      [join(store, 'parley-store'), ['--contexts', store]],
    ];
    for (const [out, words] of runs) {
      const before = readFileSync(out);
      const ended = await parley(['verify', log, ...words, '--out', out, '--force', '--workers', '0']);
      expect([out, ended.status, codeOf(ended)]).toEqual([out, 2, 'caller.output-is-input']);
      expect(readFileSync(out).equals(before)).toBe(true);
    }
  });

  test('standard input from a file', () => {
    const { log } = folder();
    const words = ['verify', '-', '--keys', KEYS, '--workers', '0', '--out', log, '--force'];
    const shell = spawnSync('/bin/sh', ['-c', '"$0" "$@" < "$LOG"', process.execPath, PARLEY, ...words], {
      env: { ...process.env, LOG: log },
      encoding: 'utf8',
    });
    expect([shell.status, shell.stderr]).toEqual([2, expect.stringContaining('caller.output-is-input')]);
    expect(readFileSync(log, 'utf8')).toBe(RECORD);
  });
});

describe('--out and a file that is there', () => {
  test('is refused, and replaced when that is asked for', async () => {
    const { log, file } = folder();
    const out = file('notes.txt', 'my notes');
    const ended = await verify([log, '--out', out]);
    expect([ended.status, codeOf(ended), readFileSync(out, 'utf8')]).toEqual([2, 'caller.output-exists', 'my notes']);
    expect((await verify([log, '--out', out, '--force'])).status).toBe(0);
    expect(JSON.parse(readFileSync(out, 'utf8'))).toMatchObject({ id: 'small', ok: true });
    expect(statSync(out).mode & 0o077).toBe(0);
  });

  test('through a link it is the file behind it; a link that leads nowhere is there too', async () => {
    const { path, log, file } = folder();
    const behind = file('behind', 'old');
    const linked = join(path, 'linked');
    symlinkSync(behind, linked);
    expect(codeOf(await verify([log, '--out', linked]))).toBe('caller.output-exists');
    expect((await verify([log, '--out', linked, '--force'])).status).toBe(0);
    expect(readFileSync(behind, 'utf8')).toContain('"ok":true');
    const dangling = join(path, 'dangling');
    symlinkSync(join(path, 'nowhere'), dangling);
    expect(codeOf(await verify([log, '--out', dangling]))).toBe('caller.output-exists');
  });

  test('stands where its path leads, also through a link and back', async () => {
    const { path, log } = folder();
    mkdirSync(join(path, 'far', 'away'), { recursive: true });
    symlinkSync(join('far', 'away'), join(path, 'near'));
    expect((await verify([log, '--out', `${path}/near/../results`])).status).toBe(0);
    expect(readdirSync(join(path, 'far'))).toEqual(['away', 'results']);
    for (const nowhere of [`${log}/../results`, `${path}/none/../results`])
      expect(codeOf(await verify([log, '--out', nowhere]))).toBe('caller.output-unwritable');
  });

  test('a device and a pipe are written to as they are; a folder is not', async () => {
    const { path, log } = folder();
    expect((await verify([log, '--out', '/dev/null'])).status).toBe(0);
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
    expect(codeOf(await verify([log, '--out', path]))).toBe('caller.output-unwritable');
  });

  test('after an interrupt nothing has the name, and nothing is left beside it', async () => {
    const { path } = folder();
    const out = join(path, 'results.ndjson');
    const words = ['verify', '-', '--keys', KEYS, '--workers', '0', '--out', out, '--allow-replays'];
    const child = spawn(process.execPath, [PARLEY, ...words], { stdio: ['pipe', 'ignore', 'ignore'] });
    child.stdin.on('error', () => undefined);
    child.stdin.write(RECORD.repeat(500));
    while (!readdirSync(path).some((name) => name.endsWith('.part'))) await new Promise((wait) => setTimeout(wait, 20));
    child.kill('SIGINT');
    expect(await once(child, 'close')).toEqual([130, null]);
    expect(readdirSync(path)).toEqual(['a.ndjson']);
  });
});

describe('results are no log', () => {
  test('in a folder they are skipped with a note, also while they are being written and written again', async () => {
    const { path } = folder();
    const out = join(path, 'z.ndjson');
    const first = await verify([path, '--out', out]);
    expect([first.status, first.stdout.split('\n')[0]]).toEqual([0, 'messages  1']);
    const again = await verify([path, '--out', out, '--force', '--json']);
    expect(again.status).toBe(0);
    expect(JSON.parse(again.stdout)).toMatchObject({ messages: 1, valid: 1, resultsFiles: 1, unreadFiles: 0 });
    expect(readFileSync(out, 'utf8').split('\n')).toHaveLength(2);
    writeFileSync(join(path, 'y.log.gz'), gzipSync(readFileSync(out)));
    const { status, stdout } = await verify([path]);
    expect([status, stdout]).toEqual([0, expect.stringContaining('skipped 2 files with results')]);
  });

  test('by name they are refused', async () => {
    const { log, path } = folder();
    const out = join(path, 'results');
    expect((await verify([log, '--out', out])).status).toBe(0);
    expect(await verify([out])).toMatchObject({ status: 2, stderr: expect.stringContaining('caller.input-results') });
    expect(await parley(['inspect', out])).toMatchObject({ status: 2 });
    const both = await verify([out, log]);
    expect([both.status, codeOf(both), both.stdout.split('\n')[1]]).toEqual([2, 'caller.input-results', 'valid     1']);
  });
});

describe('what is odd in a folder does not end the run', () => {
  test('a dangling link, a pipe, a socket, what may not be read, what is no log, what is damaged', async () => {
    const { path, file } = folder();
    symlinkSync(join(path, 'nowhere.xml'), join(path, '0.xml'));
    expect(spawnSync('mkfifo', [join(path, '1.ndjson')]).status).toBe(0);
    const server = createServer().listen(join(path, '2.log'));
    await once(server, 'listening');
    file('3.log', 'Dear colleague,');
    file('4.ndjson.gz', gzipSync(RECORD).subarray(0, 40));
    file('5.ndjson.zst', 'no zstd');
    mkdirSync(join(path, '6'));
    const closed = file('7.ndjson', RECORD);
    chmodSync(closed, 0);
    const mayReadAll = process.getuid?.() === 0;
    file('z.ndjson', RECORD.replace('small', 'last'));
    const { status, stdout, stderr } = await verify([path, '--json', '--allow-replays']);
    server.close();
    expect(status).toBe(2);
    const odd = stderr
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { detail: { file: string } });
    const names = [
      '0.xml',
      '1.ndjson',
      '2.log',
      '3.log',
      '4.ndjson.gz',
      '5.ndjson.zst',
      ...(mayReadAll ? [] : ['7.ndjson']),
    ];
    expect(odd.map(({ detail }) => relative(path, detail.file))).toEqual(names);
    expect(JSON.parse(stdout)).toMatchObject({
      messages: mayReadAll ? 3 : 2,
      valid: mayReadAll ? 3 : 2,
      unreadFiles: names.length,
      complete: true,
    });
  });
});

describe('too few messages are no good ones', () => {
  test.each(['an empty file', 'no input', 'an empty compressed file'])('%s is status 2', async (kind) => {
    const { file } = folder();
    const path =
      { 'an empty file': file('e.ndjson', ''), 'an empty compressed file': file('e.log.gz', gzipSync('')) }[kind] ??
      '-';
    const { status, stdout } = await verify([path]);
    expect([status, stdout.split('\n')[0]]).toEqual([2, 'messages  0']);
    expect((await verify([path, '--least', '0'])).status).toBe(0);
  });

  test('--least', async () => {
    const { log } = folder();
    expect((await verify([log, '--least', '1'])).status).toBe(0);
    const { status, stdout } = await verify([log, '--least', '1000']);
    expect([status, stdout]).toEqual([2, expect.stringContaining('too few: at least 1,000 messages')]);
  });
});

test('the summary names the first records of each refusal', async () => {
  const { file } = folder();
  const log = file(
    'bad.ndjson',
    Array.from({ length: 7 }, (_, index) => `{"id":"r${index}","message":"<a/>"}\n`).join(''),
  );
  const { stdout } = await verify([log]);
  expect(stdout).toMatch(
    /peer\.structure-invalid first in: r0 \(the root is not soap:Envelope[^)]*\), r1, r2, r3, r4\n/,
  );
  const { firstRefused } = JSON.parse((await verify([log, '--json'])).stdout) as { firstRefused: unknown };
  expect(firstRefused).toEqual({ 'peer.structure-invalid': ['r0', 'r1', 'r2', 'r3', 'r4'] });
  expect(existsSync(log)).toBe(true);
});

describe('which results', () => {
  const forged = (id: string): string => `${JSON.stringify({ at: '2026-11-22T05:01:00Z', message: '<a/>', id })}\n`;

  test('--only-refused leaves valid messages out, and counts them', async () => {
    const { file } = folder();
    const log = file('mixed.ndjson', RECORD + forged('wrong') + forged('wrong, too'));
    const { status, stdout, stderr } = await verify([log, '--only-refused', '--out', '-']);
    const lines = stdout.trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { id: string }).id)).toEqual(['wrong', 'wrong, too']);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^messages +3\nvalid +1\n/);
    expect(stderr).toContain('what a code means: parley explain peer.');
  });

  test('--fail-fast reads no further than the batch in which a message was refused, and keeps its results', async () => {
    const { file } = folder();
    const log = file('long.ndjson', forged('first') + RECORD.repeat(2_000));
    const out = `${log}.results.ndjson`;
    const { status, stdout } = await verify([log, '--allow-replays', '--fail-fast', '--json', '--out', out]);
    const summary = JSON.parse(stdout) as { messages: number; stopped: boolean; complete: boolean };
    expect(status).toBe(1);
    expect(summary).toMatchObject({ stopped: true, complete: false });
    expect(summary.messages).toBeLessThan(1_000);
    expect(readFileSync(out, 'utf8').split('\n')[0]).toContain('"id":"first"');
    expect((await verify([log, '--allow-replays', '--fail-fast', '--least', '2000'])).stdout).toContain(
      'stopped at the first refusal: this is not the whole\n',
    );
  });
});
