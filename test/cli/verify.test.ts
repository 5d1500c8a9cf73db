import { chmodSync, cpSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { parseKeys } from '@parley/log';
import { createKeyEncryptionKeyFile, openLmdbContextStore } from '@parley/stores';
import { beforeAll, describe, expect, test } from 'vitest';
import { parley, temporaryDirectory, VECTORS } from './run-parley.ts';

const directory = temporaryDirectory();
const BENCH = join(VECTORS, 'bench');
const KEYS = join(BENCH, 'contexts.json');
const MESSAGE = join(BENCH, 'signed-5k.xml');
const AT = '2026-11-22T05:01:00Z';
const small = readFileSync(join(BENCH, 'signed-1k.xml'), 'utf8');
const large = readFileSync(MESSAGE, 'utf8');
const record = (message: string, more: object = {}): string => `${JSON.stringify({ at: AT, message, ...more })}\n`;
const LOG = record(small, { id: 'small' }) + record(large, { id: 'large' });
const FORGED = large.replace('Item &amp; thing 1', 'Item &amp; thing 7');

const json = (text: string): Record<string, unknown> => JSON.parse(text) as Record<string, unknown>;

function write(name: string, contents: string | Uint8Array): string {
  const path = directory.join(name);
  writeFileSync(path, contents);
  return path;
}

async function summary(words: readonly string[], stdin?: string | Uint8Array): Promise<Record<string, unknown>> {
  const { stdout, stderr } = await parley(
    ['verify', ...words, '--json', '--workers', '0'],
    stdin === undefined ? {} : { stdin },
  );
  expect(stderr).toBe('');
  return json(stdout);
}

describe('verify: sources', () => {
  test('a message, with threads: all valid is status 0 and a table', async () => {
    const { status, stdout, stderr } = await parley(['verify', MESSAGE, '--keys', KEYS, '--workers', '2']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(
      /^messages {2}1\nvalid {5}1\nrefused {3}0\n[\d,]+ messages\/s, \d+\.\d MB\/s \(0\.0 MB in \d+\.\d\d s\)\n$/,
    );
  });

  test('logs, plain and compressed, standard input and folders', async () => {
    const log = write('a.ndjson', LOG);
    expect(await summary([log, '--keys', KEYS])).toMatchObject({
      messages: 2,
      valid: 2,
      refused: {},
      complete: true,
      files: 1,
    });
    expect(await summary([write('b.ndjson.gz', gzipSync(LOG)), '--keys', KEYS])).toMatchObject({ valid: 2 });
    expect(await summary(['-', '--keys', KEYS], LOG)).toMatchObject({ messages: 2, valid: 2 });
    expect(await summary(['-', '--keys', KEYS], gzipSync(LOG))).toMatchObject({ messages: 2, valid: 2 });
    expect(await summary(['-', '--keys', KEYS], large)).toMatchObject({ messages: 1, valid: 1 });
    expect(await summary([BENCH, '--keys', KEYS])).toMatchObject({
      messages: 4,
      valid: 4,
      files: 4,
      skippedFiles: 3 - Number(!hasNotice()),
    });
    expect(await summary([write('empty.ndjson', ''), '--keys', KEYS])).toMatchObject({ messages: 0, valid: 0 });
  });

  test('zstd', async () => {
    // As zstd 1.5 packs one record of a message that is no message.
    const frame = Buffer.from('KLUv/QRY4QAAeyJpZCI6IjEiLCJtZXNzYWdlIjoiPGEvPiJ9Cr+3z8c=', 'base64');
    expect(await summary([write('c.log.zst', frame), '--keys', KEYS])).toMatchObject({ messages: 1, valid: 0 });
  });
});

function hasNotice(): boolean {
  return statSync(join(BENCH, 'NOTICE'), { throwIfNoEntry: false }) !== undefined;
}

describe('verify: verdicts', () => {
  test('some refused is status 1, counted by code, one result line each in the order of the log', async () => {
    const log = write(
      'mixed.ndjson',
      `${LOG}not a record\n${record(FORGED, { id: 'forged' })}${record('<a/>', { id: 'alien' })}`,
    );
    const out = directory.join('results.ndjson');
    const { status, stdout } = await parley(['verify', log, '--keys', KEYS, '--json', '--out', out, '--workers', '1']);
    expect(status).toBe(1);
    expect(json(stdout)).toMatchObject({
      messages: 5,
      valid: 2,
      refused: { 'caller.input-invalid': 1, 'peer.digest-mismatch': 1 },
    });
    const results = readFileSync(out, 'utf8').trimEnd().split('\n').map(json);
    expect(results.map(({ id, ok, code }) => [id, ok, code])).toEqual([
      ['small', true, null],
      ['large', true, null],
      [`${log}:3`, false, 'caller.input-invalid'],
      ['forged', false, 'peer.digest-mismatch'],
      ['alien', false, 'peer.structure-invalid'],
    ]);
    expect(results[1]).toEqual({
      id: 'large',
      ok: true,
      code: null,
      context: 'urn:uuid:67d2d266-3328-440f-973e-2ffd9988cc56',
      signed: expect.arrayContaining(['body', 'timestamp', '{http://www.w3.org/2005/08/addressing}Action']),
      encrypted: [],
      at: '2026-11-22T05:01:00.000Z',
    });
    expect(statSync(out).mode & 0o077).toBe(0);
  });

  test('results on standard output leave the summary to standard error', async () => {
    const { status, stdout, stderr } = await parley([
      'verify',
      MESSAGE,
      '--keys',
      KEYS,
      '--out',
      '-',
      '--json',
      '--workers',
      '0',
    ]);
    expect(status).toBe(0);
    expect(json(stdout)).toMatchObject({ id: MESSAGE, ok: true });
    expect(json(stderr)).toMatchObject({ messages: 1, valid: 1 });
  });

  test('a message seen before is a replay, unless that is allowed', async () => {
    const log = write('twice.ndjson', LOG + LOG);
    expect(await summary([log, '--keys', KEYS])).toMatchObject({
      messages: 4,
      valid: 2,
      refused: { 'peer.replay': 2 },
    });
    expect(await summary([log, '--keys', KEYS, '--allow-replays'])).toMatchObject({ messages: 4, valid: 4 });
  });

  test('judged as of the record, of the message, of now, or of an instant', async () => {
    expect(await summary([MESSAGE, '--keys', KEYS, '--at', AT])).toMatchObject({ valid: 1 });
    expect(await summary([MESSAGE, '--keys', KEYS, '--at', '2026-11-22T08:00:00Z'])).toMatchObject({
      refused: { 'peer.timestamp-expired': 1 },
    });
    expect(await summary([MESSAGE, '--keys', KEYS, '--at', '2026-11-22T16:00:00Z'])).toMatchObject({
      refused: { 'peer.context-expired': 1 },
    });
    const late = write('late.ndjson', record(large, { at: '2026-11-22T08:00:00Z' }));
    expect(await summary([late, '--keys', KEYS])).toMatchObject({ refused: { 'peer.timestamp-expired': 1 } });
  });

  test('profiles: WCF mixed mode and the Rampart transcript are refused by default and taken by their own', async () => {
    const rampart = join(VECTORS, 'wssc-rampart-transcript');
    const words = [join(rampart, 'res04.xml'), join(rampart, 'cres04.xml'), '--keys', join(rampart, 'contexts.json')];
    expect(await summary(words)).toMatchObject({ messages: 2, valid: 0 });
    expect(await summary([...words, '--profile', 'timestamp-only'])).toMatchObject({ messages: 2, valid: 2 });
  });

  test('the largest message', async () => {
    expect(await summary([MESSAGE, '--keys', KEYS, '--max-message-bytes', String(large.length)])).toMatchObject({
      valid: 1,
    });
    expect(await summary([MESSAGE, '--keys', KEYS, '--max-message-bytes', String(large.length - 1)])).toMatchObject({
      refused: { 'peer.limit-message-size': 1 },
    });
  });

  test('--quiet says nothing when it works', async () => {
    expect(await parley(['verify', MESSAGE, '--keys', KEYS, '--quiet', '--workers', '0'])).toEqual({
      status: 0,
      stdout: '',
      stderr: '',
    });
  });
});

describe('verify: the context store', () => {
  let store = '';
  beforeAll(async () => {
    store = directory.join('audit', 'contexts');
    mkdirSync(directory.join('audit'));
    const keyEncryptionKey = await createKeyEncryptionKeyFile(directory.join('audit', 'kek'));
    const contexts = await openLmdbContextStore({ directory: store, keyEncryptionKey, cancelledKeys: 'retain' });
    for (const context of parseKeys(readFileSync(KEYS))) await contexts.put(context);
    await contexts.cancel('urn:uuid:67d2d266-3328-440f-973e-2ffd9988cc56', Date.UTC(2026, 10, 22, 5, 2));
    await contexts.close();
  });

  test('its key is beside it, or in a file, or in the environment', async () => {
    expect(await summary([BENCH, '--contexts', store])).toMatchObject({ messages: 4, valid: 4 });
    const kek = directory.join('audit', 'kek');
    const elsewhere = write('elsewhere', readFileSync(kek));
    chmodSync(elsewhere, 0o600);
    expect(await summary([BENCH, '--contexts', store, '--kek', elsewhere])).toMatchObject({ valid: 4 });
    const environment = { PARLEY_KEK: readFileSync(kek).toString('hex') };
    const ended = await parley(['verify', BENCH, '--contexts', store, '--workers', '1'], { environment });
    expect(ended.status).toBe(0);
  });

  test('a message from before the cancellation is valid, one from after it is not', async () => {
    expect(await summary([MESSAGE, '--contexts', store])).toMatchObject({ valid: 1 });
    expect(await summary([MESSAGE, '--contexts', store, '--at', '2026-11-22T05:02:00.001Z'])).toMatchObject({
      refused: { 'peer.bad-context': 1 },
    });
  });

  test('a damaged store is no verdict: status 2, and the summary says what failed', async () => {
    const damaged = directory.join('damaged', 'contexts');
    cpSync(directory.join('audit'), directory.join('damaged'), { recursive: true });
    chmodSync(damaged, 0o700); // which newer versions of Node do not copy
    const file = join(damaged, 'data.mdb');
    const octets = readFileSync(file);
    const name = Buffer.from('urn:uuid:67d2d266-3328-440f-973e-2ffd9988cc56');
    // A record follows its key: change one octet of its ciphertext, wherever a copy of it stands.
    for (let at = octets.indexOf(name); at >= 0; at = octets.indexOf(name, at + 1))
      octets.writeUInt8((octets[at + name.length + 40] ?? 0) ^ 1, at + name.length + 40);
    writeFileSync(file, octets);
    const { status, stdout } = await parley(['verify', BENCH, '--contexts', damaged, '--json', '--workers', '0']);
    expect(status).toBe(2);
    const { valid, refused } = json(stdout);
    expect(valid).toBe(3);
    expect(Object.keys(refused as object)).toEqual([expect.stringMatching(/^internal\.store-/)]);
  });

  test('no store, no key, the wrong key, a key that others may read: one line with a code, status 2', async () => {
    const run = async (...words: string[]): Promise<string> => {
      const { status, stdout, stderr } = await parley(['verify', MESSAGE, ...words, '--workers', '0']);
      expect({ status, stdout, lines: stderr.split('\n').length }).toEqual({ status: 2, stdout: '', lines: 2 });
      return /^parley: ([a-z.-]+): /.exec(stderr)?.[1] ?? stderr;
    };
    expect(await run('--contexts', directory.join('nowhere'))).toBe('caller.store-missing');
    mkdirSync(directory.join('hollow'), { mode: 0o700 });
    expect(await run('--contexts', directory.join('hollow'), '--kek', directory.join('audit', 'kek'))).toBe(
      'caller.store-missing',
    );
    expect(await run('--contexts', store, '--kek', directory.join('no-key'))).toBe('caller.store-key-missing');
    const wrong = write('wrong', Buffer.alloc(32, 7));
    chmodSync(wrong, 0o600);
    expect(await run('--contexts', store, '--kek', wrong)).toBe('caller.store-key-wrong');
    chmodSync(wrong, 0o644);
    expect(await run('--contexts', store, '--kek', wrong)).toBe('caller.store-permissions');
  });
});
