// Key-encryption keys wrapped by a token of SoftHSM, which the key that wraps never leaves.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { openPkcs11KeyWrapper, openPkcs11Uri, type Pkcs11KeyWrapper } from '@parley/pkcs11';
import {
  createKeyEncryptionKeyFile,
  createWrappedKeyFile,
  type KeyEncryptionKey,
  keyEncryptionKeyFromFile,
  keyEncryptionKeyFromWrappedText,
  rewrapKeyFile,
} from '@parley/sealing';
import { openLmdbContextStore } from '@parley/stores';
import { sampleContext } from '@parley/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { codeOf } from '../../conversation/sample-context.ts';
import { driver, type KeyHabits, LIBRARY, missingSoftHsm, PIN, SoftHsm } from './softhsm.ts';

const missing = missingSoftHsm();
let hsm: SoftHsm;
const wrappers: Pkcs11KeyWrapper[] = [];

beforeAll(() => {
  if (missing !== undefined) return;
  hsm = new SoftHsm();
  hsm.addToken('parley');
  hsm.addKey('parley', 'kek.2026', { id: 'a1' });
  hsm.addKey('parley', 'kek.2027', { id: 'b2' });
});
afterAll(() => hsm?.remove());
beforeEach((context) => {
  if (missing !== undefined) context.skip(missing);
});
afterEach(() => {
  for (const wrapper of wrappers.splice(0)) wrapper.close();
});

const place = () => ({ driver: new driver!.PKCS11(), library: LIBRARY, token: 'parley' });
const file = (name: string): string => path.join(hsm.folder, name);
const octetsOf = (key: KeyEncryptionKey): string => key.secret.lend((octets) => Buffer.from(octets).toString('hex'));

async function wrapperOf(key: string, pin = PIN): Promise<Pkcs11KeyWrapper> {
  const wrapper = await openPkcs11KeyWrapper({ ...place(), pin: new TextEncoder().encode(pin), key });
  wrappers.push(wrapper);
  return wrapper;
}

test('T107: a key is wrapped in its file, and the token gives it back; without the token it is nobody’s', async () => {
  const wrapper = await wrapperOf('kek.2026');
  const made = await createWrappedKeyFile(file('kek'), wrapper);
  const text = readFileSync(file('kek'), 'utf8');
  expect(text).toMatch(/^parley-wrapped-key 1 a1 [A-Za-z0-9+/]{54}==\n$/u);
  expect(Buffer.from(text.split(' ')[3]!, 'base64').toString('hex')).not.toContain(octetsOf(made).slice(0, 16));
  expect(octetsOf(await keyEncryptionKeyFromFile(file('kek'), wrapper))).toBe(octetsOf(made));
  expect(octetsOf(await keyEncryptionKeyFromWrappedText(text, await wrapperOf('kek.2027')))).toBe(octetsOf(made));
  expect(await codeOf(keyEncryptionKeyFromFile(file('kek')))).toBe('caller.keys-invalid');
  expect(await codeOf(createWrappedKeyFile(file('kek'), wrapper))).toBe('caller.output-unwritable');
  // Where keys are to be wrapped, one in clear is none.
  await createKeyEncryptionKeyFile(file('clear'));
  expect(await codeOf(keyEncryptionKeyFromFile(file('clear'), wrapper))).toBe('caller.keys-invalid');
});

test('T107: wrapped anew under the next key of the token, it is the same key, and a store of it opens', async () => {
  const [before, after] = [await wrapperOf('kek.2026'), await wrapperOf('kek.2027')];
  const keyEncryptionKey = await createWrappedKeyFile(file('rotated'), before);
  const directory = file('store');
  const store = await openLmdbContextStore({ directory, keyEncryptionKey });
  await store.insert(sampleContext({ identifier: 'urn:uuid:1' }));
  await store.close();
  expect(await rewrapKeyFile(file('rotated'), after)).toEqual({ before: 'a1', after: 'b2' });
  expect(readFileSync(file('rotated'), 'utf8')).toMatch(/^parley-wrapped-key 1 b2 /u);
  const again = await openLmdbContextStore({
    directory,
    keyEncryptionKey: await keyEncryptionKeyFromFile(file('rotated'), after),
  });
  expect((await again.get('urn:uuid:1'))?.identifier).toBe('urn:uuid:1');
  await again.close();
});

test('T107: what was altered, or names another key, does not unwrap', async () => {
  const wrapper = await wrapperOf('kek.2026');
  await createWrappedKeyFile(file('altered'), wrapper);
  const [sign, version, keyId, base64 = ''] = readFileSync(file('altered'), 'utf8').trimEnd().split(' ');
  const flipped = Buffer.from(base64, 'base64');
  flipped[20]! ^= 1;
  const texts = {
    octets: [[sign, version, keyId, flipped.toString('base64')], 'caller.store-key-wrong'],
    shorter: [
      [sign, version, keyId, Buffer.from(base64, 'base64').subarray(8).toString('base64')],
      'caller.store-key-wrong',
    ],
    otherKey: [[sign, version, 'b2', base64], 'caller.store-key-wrong'],
    unknownKey: [[sign, version, 'c3', base64], 'caller.key-service-refused'],
    noId: [[sign, version, 'kek.2026', base64], 'caller.key-service-refused'],
    version: [[sign, '2', keyId, base64], 'caller.keys-invalid'],
    words: [[sign, version, keyId], 'caller.keys-invalid'],
    base64: [[sign, version, keyId, `${base64}A`], 'caller.keys-invalid'],
  } as const;
  for (const [what, [words, code]] of Object.entries(texts))
    expect(await codeOf(keyEncryptionKeyFromWrappedText(words.join(' '), wrapper)), what).toBe(code);
});

describe('a token that refuses', () => {
  test('says why, and nothing of the PIN', async () => {
    const wrong = wrapperOf('kek.2026', '0000-secret');
    const error = await wrong.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'caller.key-service-refused', detail: { reason: 'wrong PIN' } });
    expect(`${JSON.stringify(error)} ${String(error)} ${String((error as Error).cause)}`).not.toContain('0000');
    expect(await codeOf(wrapperOf('no such key'))).toBe('caller.key-service-refused');
    const pin = new TextEncoder().encode(PIN);
    const elsewhere = { pin, key: 'kek.2026' };
    expect(await codeOf(openPkcs11KeyWrapper({ ...place(), ...elsewhere, token: 'other' }))).toBe(
      'caller.key-service-refused',
    );
    await expect(openPkcs11KeyWrapper({ ...place(), ...elsewhere, library: '/no/such.so' })).rejects.toMatchObject({
      code: 'internal.key-service-unavailable',
      detail: { library: '/no/such.so' },
    });
  });

  const HABITS: Readonly<Record<string, readonly [KeyHabits, string]>> = {
    'can be read out': [{ extractable: true }, 'the key can be read out'],
    'is not sensitive': [{ sensitive: false }, 'the key can be read out'],
    'has no id': [{ id: '' }, 'the key has no CKA_ID'],
    'may not wrap': [{ wraps: false }, 'the key may not do this'],
  };
  test.each(Object.entries(HABITS))('a key that %s wraps nothing', async (what, [habits, reason]) => {
    hsm.addKey('parley', what, { id: Buffer.from(what).toString('hex'), ...habits });
    const wrapped = wrapperOf(what).then((wrapper) => wrapper.wrap(new Uint8Array(32)));
    await expect(wrapped).rejects.toMatchObject({ code: 'caller.key-service-refused', detail: { reason } });
  });

  test('two keys of one label are none', async () => {
    for (const id of ['d1', 'd2']) hsm.addKey('parley', 'twice', { id });
    await expect(wrapperOf('twice')).rejects.toMatchObject({ detail: { reason: 'several such keys' } });
  });

  test('after its end, a wrapper is closed; others of the process go on', async () => {
    const [first, second] = [await wrapperOf('kek.2026'), await wrapperOf('kek.2026')];
    first.close();
    expect(await codeOf(first.wrap(new Uint8Array(32)))).toBe('caller.closed');
    expect((await second.wrap(new Uint8Array(32))).keyId).toBe('a1');
    const many = Array.from(
      { length: 16 },
      async () => await second.unwrap(await second.wrap(new Uint8Array(32).fill(5))),
    );
    for (const octets of await Promise.all(many)) expect(octets).toEqual(new Uint8Array(32).fill(5));
  });
});

test('a wrapper that is closed while a token is at work ends when that is done', async () => {
  const wrapper = await wrapperOf('kek.2026');
  const wrapped = await wrapper.wrap(new Uint8Array(32).fill(5));
  const working = Array.from({ length: 8 }, () => wrapper.unwrap(wrapped));
  wrapper.close();
  for (const octets of await Promise.all(working)) expect(octets).toEqual(new Uint8Array(32).fill(5));
  expect(await codeOf(wrapper.unwrap(wrapped))).toBe('caller.closed');
  // The library is ended, and begins anew.
  expect(await (await wrapperOf('kek.2026')).unwrap(wrapped)).toEqual(new Uint8Array(32).fill(5));
});

describe('as a URI', () => {
  const uri = (pinFile: string): string =>
    `pkcs11:token=parley;object=kek.2026?module-path=${LIBRARY}&pin-source=file:${pinFile}`;

  test('names token, key, library and the file of the PIN', async () => {
    writeFileSync(file('pin'), `${PIN}\n`);
    const wrapper = await openPkcs11Uri(new driver!.PKCS11(), uri(file('pin')));
    wrappers.push(wrapper);
    expect((await wrapper.wrap(new Uint8Array(32))).keyId).toBe('a1');
    expect(await codeOf(openPkcs11Uri(new driver!.PKCS11(), uri(file('no pin'))))).toBe('caller.input-unreadable');
  });

  test.each([
    'token=parley',
    'pkcs11:token=parley',
    'pkcs11:token=parley;object=kek?module-path=/x&pin-value=4711',
    'pkcs11:token=a;token=b;object=kek?module-path=/x&pin-source=/y',
    'pkcs11:token=%ZZ;object=kek?module-path=/x&pin-source=/y',
    'pkcs11:slot-id=0;object=kek?module-path=/x&pin-source=/y',
    '',
  ])('%s is none', async (text) => {
    expect(await codeOf(openPkcs11Uri(new driver!.PKCS11(), text))).toBe('caller.option-invalid');
  });
});
