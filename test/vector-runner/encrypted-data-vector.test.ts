// What the runner makes of encrypted documents: it must see each thing that is wrong with one, and find its keys.

import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PublicKey } from '@parley/core';
import {
  cipherAlgorithm,
  encrypt,
  encryptKey,
  keyTransport,
  keyTransportAlgorithm,
  keyWrapAlgorithm,
  wrapKey,
} from '@parley/core/internal';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runEncryptedDataVector } from './src/encrypted-data-vector.ts';
import { openSuite } from './src/suite-folder.ts';
import type { Verdict } from './src/verdict.ts';

const XENC = 'http://www.w3.org/2001/04/xmlenc#';
const AES = cipherAlgorithm('aes128-cbc');
const WRAP = keyWrapAlgorithm('kw-aes128');
const [DATA_KEY, WRAPPING_KEY, OUTER_KEY] = [1, 2, 3].map((octet) => new Uint8Array(16).fill(octet)) as [
  Uint8Array,
  Uint8Array,
  Uint8Array,
];
const DECRYPTED = { verdict: 'as-expected', checked: ['plaintext agrees'] };
const VECTOR = {
  id: 'a',
  file: 'in.xml',
  expected: 'valid',
  strictProfile: 'accept',
  key: { keys: [{ type: 'secret', file: 'key', format: 'raw', name: 'mine' }] },
  expectedOutput: { file: 'out', compare: 'c14n-of-document' },
};

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'encrypted-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function verdictOf(
  document: string,
  key: Uint8Array | string,
  vector: object = {},
  output = '<a><b></b></a>',
): Verdict {
  const all = { 'in.xml': document, key, out: output, 'manifest.json': '{"suite":"s","vectors":[]}' };
  for (const [name, content] of Object.entries(all)) writeFileSync(join(folder, name), content);
  return runEncryptedDataVector(openSuite(folder), { ...VECTOR, ...vector });
}

function base64(octets: Uint8Array): string {
  return Buffer.from(octets).toString('base64');
}

function noChance(out: Uint8Array): void {
  out.fill(7);
}

function encrypted(name: string, algorithm: string, keyInfo: string, octets: Uint8Array, parameters = ''): string {
  return `<${name} xmlns="${XENC}"><EncryptionMethod Algorithm="${algorithm}">${parameters}</EncryptionMethod><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#">${keyInfo}</KeyInfo><CipherData><CipherValue>${base64(octets)}</CipherValue></CipherData></${name}>`;
}

function document(keyInfo: string): string {
  const octets = encrypt(AES, DATA_KEY, new Uint8Array(16), new TextEncoder().encode('<b/>'));
  return `<a>${encrypted('EncryptedData', AES.uri, keyInfo, octets)}</a>`;
}

function wrapped(key: Uint8Array, wrappingKey: Uint8Array, keyInfo: string): string {
  return encrypted('EncryptedKey', WRAP.uri, keyInfo, wrapKey(WRAP, wrappingKey, key, noChance));
}

function named(name: string): string {
  return `<KeyName xmlns="http://www.w3.org/2000/09/xmldsig#">${name}</KeyName>`;
}

test('a key by its name', () => {
  expect(verdictOf(document(named('mine')), DATA_KEY)).toEqual(DECRYPTED);
  expect(verdictOf(document(named('other')), DATA_KEY)).toMatchObject({ verdict: 'mismatch', actual: 'no key' });
  expect(verdictOf(document(named('mine')), WRAPPING_KEY).verdict).toBe('mismatch');
});

test('a key without a name is for any name, after those that bear it', () => {
  const key = (...names: (string | undefined)[]): object => ({
    key: {
      keys: names.map((name) => ({
        type: 'secret',
        file: 'key',
        format: 'raw',
        ...(name === undefined ? {} : { name }),
      })),
    },
  });
  expect(verdictOf(document(named('mine')), DATA_KEY, key(undefined))).toEqual(DECRYPTED);
  expect(verdictOf(document(named('mine')), DATA_KEY, key('mine', undefined))).toEqual(DECRYPTED);
  expect(verdictOf(document(''), DATA_KEY, key('mine'))).toEqual(DECRYPTED);
  expect(verdictOf(document(named('mine')), DATA_KEY, key(undefined, undefined))).toMatchObject({ actual: 'no key' });
  expect(verdictOf(document(named('mine')), DATA_KEY, key('other'))).toMatchObject({ actual: 'no key' });
});

test('an encrypted key, the second of two, and one in another', () => {
  const forOther = wrapped(DATA_KEY, OUTER_KEY, named('other'));
  expect(verdictOf(document(forOther + wrapped(DATA_KEY, WRAPPING_KEY, named('mine'))), WRAPPING_KEY)).toEqual(
    DECRYPTED,
  );
  const outer = wrapped(WRAPPING_KEY, OUTER_KEY, named('mine'));
  expect(verdictOf(document(wrapped(DATA_KEY, WRAPPING_KEY, outer)), OUTER_KEY)).toEqual(DECRYPTED);
});

test('RSA-OAEP with a label', () => {
  const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const label = new TextEncoder().encode('label');
  const transport = keyTransport(keyTransportAlgorithm('rsa-oaep'), { label });
  const publicKey = PublicKey.read({ format: 'key-object', key: pair.publicKey }, { uses: ['encryption'] });
  const octets = encryptKey(transport, publicKey, DATA_KEY, noChance);
  const pem = pair.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  const key = { keys: [{ type: 'private', file: 'key', format: 'pkcs8-pem' }] };
  const withLabel = (text: Uint8Array): string =>
    document(
      encrypted(
        'EncryptedKey',
        transport.algorithm.uri,
        '',
        octets,
        `<OAEPparams xmlns="${XENC}">${base64(text)}</OAEPparams>`,
      ),
    );
  expect(verdictOf(withLabel(label), pem, { key })).toEqual(DECRYPTED);
  expect(verdictOf(withLabel(label.slice(1)), pem, { key })).toMatchObject({ actual: 'peer.decrypt-failed' });
});

test('another plaintext, and one that nobody expects, are mismatches', () => {
  expect(verdictOf(document(named('mine')), DATA_KEY, {}, '<a><c></c></a>').verdict).toBe('mismatch');
  const invalid = { expected: 'invalid', strictProfile: 'reject' };
  expect(verdictOf(document(named('mine')), DATA_KEY, invalid).verdict).toBe('mismatch');
  expect(verdictOf(document(named('mine')), DATA_KEY, { ...invalid, strictProfile: 'accept' }, '').verdict).toBe(
    'mismatch',
  );
});

test('what does not decrypt is as expected only where it is invalid', () => {
  const invalid = { expected: 'invalid', strictProfile: 'reject' };
  expect(verdictOf(document(named('mine')), new Uint8Array(24), invalid).verdict).toBe('as-expected');
  expect(verdictOf(document(named('mine')), new Uint8Array(24)).verdict).toBe('mismatch');
});

test('a refusal is one that the manifest gives; the plaintext is compared all the same', () => {
  const withDoctype = `<!DOCTYPE a [<!ATTLIST a Id ID #IMPLIED>]>${document(named('mine'))}`;
  const reject = { strictProfile: 'reject', strictReasons: ['DOCTYPE'] };
  expect(verdictOf(withDoctype, DATA_KEY, reject)).toEqual({ ...DECRYPTED, refusals: ['DOCTYPE'] });
  expect(verdictOf(withDoctype, DATA_KEY, reject, '<a></a>').verdict).toBe('mismatch');
  expect(verdictOf(withDoctype, DATA_KEY).verdict).toBe('mismatch');
  expect(verdictOf(withDoctype, DATA_KEY, { ...reject, strictReasons: ['CipherReference'] }).verdict).toBe('mismatch');
  expect(verdictOf(document(named('mine')), DATA_KEY, reject).verdict).toBe('mismatch');
});
