import { chmod, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';

import { Fault } from '@parley/core';
import { createWrappedKeyFile, keyEncryptionKeyFromWrappedText, rewrapKeyFile } from '@parley/sealing';
import {
  createKeyEncryptionKeyFile,
  KeyEncryptionKey,
  keyEncryptionKeyFromFile,
  keyEncryptionKeyFromText,
} from '@parley/stores';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { codeOf } from '../conversation/sample-context.ts';
import { keyWrapper } from './key-wrapper.ts';

const OCTETS = Uint8Array.from({ length: 32 }, (_, index) => 200 + index);
const EXPECTED_ID = new KeyEncryptionKey(OCTETS).id;
const BASE64 = Buffer.from(OCTETS).toString('base64');
const HEX = Buffer.from(OCTETS).toString('hex');

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'parley-kek-'));
});
afterEach(() => rm(directory, { recursive: true }));

async function keyFile(content: string | Uint8Array, mode = 0o600): Promise<string> {
  const path = join(directory, 'key');
  await writeFile(path, content, { mode });
  await chmod(path, mode);
  return path;
}

test.each([OCTETS, BASE64, `${BASE64}\n`, HEX, HEX.toUpperCase(), ` ${HEX}\r\n`])(
  'a file holds a key as %s',
  async (content) => {
    expect((await keyEncryptionKeyFromFile(await keyFile(content))).id).toEqual(EXPECTED_ID);
  },
);

test.each([
  '',
  'x',
  BASE64.slice(1),
  `${HEX}00`,
  'z'.repeat(64),
  'A'.repeat(1000),
  new Uint8Array(31),
  new Uint8Array(33),
])('a file that holds %s holds no key', async (content) => {
  expect(await codeOf(keyEncryptionKeyFromFile(await keyFile(content)))).toBe('caller.keys-invalid');
});

test('text is base64 or hex, never raw', () => {
  expect(keyEncryptionKeyFromText(` ${BASE64} `).id).toEqual(EXPECTED_ID);
  expect(keyEncryptionKeyFromText(HEX).id).toEqual(EXPECTED_ID);
  for (const text of ['', 'k'.repeat(32), BASE64.replace('=', '-'), `${BASE64.slice(0, 42)}9=`]) {
    expect(() => keyEncryptionKeyFromText(text)).toThrow(Fault);
  }
});

test.each([0o640, 0o604, 0o660, 0o700 | 0o001])('a file of mode %o is refused', async (mode) => {
  expect(await codeOf(keyEncryptionKeyFromFile(await keyFile(OCTETS, mode)))).toBe('caller.store-permissions');
});

test('a link and a folder are refused, a missing file is said to be missing', async () => {
  const path = await keyFile(OCTETS);
  await symlink(path, join(directory, 'link'));
  expect(await codeOf(keyEncryptionKeyFromFile(join(directory, 'link')))).toBe('caller.store-permissions');
  expect(await codeOf(keyEncryptionKeyFromFile(directory))).toBe('caller.store-permissions');
  expect(await codeOf(keyEncryptionKeyFromFile(join(directory, 'nothing')))).toBe('caller.store-key-missing');
});

test('a new file is this user own, random, and never overwrites', async () => {
  const path = join(directory, 'new');
  const made = await createKeyEncryptionKeyFile(path);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect((await keyEncryptionKeyFromFile(path)).id).toEqual(made.id);
  expect((await createKeyEncryptionKeyFile(join(directory, 'other'))).id).not.toEqual(made.id);
  expect(await codeOf(createKeyEncryptionKeyFile(path))).toBe('caller.output-unwritable');
});

test('printing shows no key octets', () => {
  const key = keyEncryptionKeyFromText(HEX);
  for (const text of [inspect(key, { depth: 9 }), JSON.stringify(key), String(key.secret)]) {
    expect(text).not.toContain(HEX.slice(0, 16));
    expect(text).not.toContain(BASE64.slice(0, 12));
    expect(text).not.toContain('200, 201');
  }
});

test('T107: a wrapped key is one line that names what it is wrapped under, and is wrapped anew under the next', async () => {
  const path = join(directory, 'wrapped');
  const made = await createWrappedKeyFile(path, keyWrapper({ 'kek.2026': 1 }));
  const both = keyWrapper({ 'kek.2026': 1, 'kek.2027': 2 });
  expect(await readFile(path, 'utf8')).toMatch(/^parley-wrapped-key 1 kek\.2026 [A-Za-z0-9+/]+=*\n$/u);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await rewrapKeyFile(path, both)).toEqual({ before: 'kek.2026', after: 'kek.2027' });
  expect((await keyEncryptionKeyFromFile(path, both)).id).toEqual(made.id);
  expect(await codeOf(rewrapKeyFile(path, keyWrapper({ 'kek.2026': 1 })))).toBe('caller.key-service-refused');
  expect((await keyEncryptionKeyFromFile(path, both)).id).toEqual(made.id);
  expect(await readdir(directory)).toEqual(['wrapped']);
});

test('T107: no key in clear where a wrapped one is wanted, and the other way round', async () => {
  const wrapper = keyWrapper({ 'kek.2026': 1 });
  expect(await codeOf(keyEncryptionKeyFromFile(await keyFile(OCTETS), wrapper))).toBe('caller.keys-invalid');
  expect(await codeOf(keyEncryptionKeyFromFile(await keyFile(HEX), wrapper))).toBe('caller.keys-invalid');
  await createWrappedKeyFile(join(directory, 'wrapped'), wrapper);
  expect(await codeOf(keyEncryptionKeyFromFile(join(directory, 'wrapped')))).toBe('caller.keys-invalid');
});

test('T107: what a wrapper gives is looked at', async () => {
  const wrapper = keyWrapper({ 'kek.2026': 1 });
  const short = await wrapper.wrap(new Uint8Array(16));
  const text = `parley-wrapped-key 1 ${short.keyId} ${Buffer.from(short.octets).toString('base64')}`;
  expect(await codeOf(keyEncryptionKeyFromWrappedText(text, wrapper))).toBe('caller.store-key-wrong');
  for (const keyId of ['', 'two words', 'x'.repeat(129), 'ü', 'a\nb']) {
    const odd = { ...wrapper, wrap: async () => ({ keyId, octets: new Uint8Array(40) }) };
    expect(await codeOf(createWrappedKeyFile(join(directory, 'odd'), odd)), keyId).toBe('caller.keys-invalid');
  }
});
