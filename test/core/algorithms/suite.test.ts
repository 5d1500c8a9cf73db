import { algorithmSuite, customSuite, SUITE_NAMES } from '@parley/core';
import { describe, expect, test } from 'vitest';
import { codeOf } from '../code-of.ts';

describe('WS-SecurityPolicy §7.4: the suites', () => {
  // name, digest, cipher, key wrap, key transport, octets of the derived signature key, least octets of a secret.
  test.each([
    ['Basic256', 'sha1', 'aes256-cbc', 'kw-aes256', 'rsa-oaep-mgf1p', 24, 32],
    ['Basic192', 'sha1', 'aes192-cbc', 'kw-aes192', 'rsa-oaep-mgf1p', 24, 24],
    ['Basic128', 'sha1', 'aes128-cbc', 'kw-aes128', 'rsa-oaep-mgf1p', 16, 16],
    ['TripleDes', 'sha1', 'tripledes-cbc', 'kw-tripledes', 'rsa-oaep-mgf1p', 24, 24],
    ['Basic256Rsa15', 'sha1', 'aes256-cbc', 'kw-aes256', 'rsa-1_5', 24, 32],
    ['Basic192Rsa15', 'sha1', 'aes192-cbc', 'kw-aes192', 'rsa-1_5', 24, 24],
    ['Basic128Rsa15', 'sha1', 'aes128-cbc', 'kw-aes128', 'rsa-1_5', 16, 16],
    ['TripleDesRsa15', 'sha1', 'tripledes-cbc', 'kw-tripledes', 'rsa-1_5', 24, 24],
    ['Basic256Sha256', 'sha256', 'aes256-cbc', 'kw-aes256', 'rsa-oaep-mgf1p', 24, 32],
    ['Basic192Sha256', 'sha256', 'aes192-cbc', 'kw-aes192', 'rsa-oaep-mgf1p', 24, 24],
    ['Basic128Sha256', 'sha256', 'aes128-cbc', 'kw-aes128', 'rsa-oaep-mgf1p', 16, 16],
    ['TripleDesSha256', 'sha256', 'tripledes-cbc', 'kw-tripledes', 'rsa-oaep-mgf1p', 24, 24],
    ['Basic256Sha256Rsa15', 'sha256', 'aes256-cbc', 'kw-aes256', 'rsa-1_5', 24, 32],
    ['Basic192Sha256Rsa15', 'sha256', 'aes192-cbc', 'kw-aes192', 'rsa-1_5', 24, 24],
    ['Basic128Sha256Rsa15', 'sha256', 'aes128-cbc', 'kw-aes128', 'rsa-1_5', 16, 16],
    ['TripleDesSha256Rsa15', 'sha256', 'tripledes-cbc', 'kw-tripledes', 'rsa-1_5', 24, 24],
    ['Basic256GCM', 'sha1', 'aes256-gcm', 'kw-aes256', 'rsa-oaep-mgf1p', 24, 32],
    ['Basic192GCM', 'sha1', 'aes192-gcm', 'kw-aes192', 'rsa-oaep-mgf1p', 24, 24],
    ['Basic128GCM', 'sha1', 'aes128-gcm', 'kw-aes128', 'rsa-oaep-mgf1p', 16, 16],
    ['Basic256GCMSha256', 'sha256', 'aes256-gcm', 'kw-aes256', 'rsa-oaep-mgf1p', 24, 32],
    ['Basic128GCMSha256Rsa15', 'sha256', 'aes128-gcm', 'kw-aes128', 'rsa-1_5', 16, 16],
  ])('%s', (name, hash, cipher, keyWrap, keyTransport, signatureKeyBytes, symmetricKeyBytesMin) => {
    const suite = algorithmSuite(name);
    const names = [suite.digest, suite.cipher, suite.keyWrap, suite.keyTransport].map((row) => row.name);
    expect(names).toEqual([hash, cipher, keyWrap, keyTransport]);
    // The standard signs with SHA-1 everywhere; WCF with SHA-256 in the Sha256 suites. Both are taken there.
    const isSha256 = hash === 'sha256';
    expect([suite.mac.name, suite.signature.name]).toEqual([`hmac-${hash}`, `rsa-${hash}`]);
    expect(suite.acceptedMacs.map((row) => row.name)).toEqual(isSha256 ? ['hmac-sha256', 'hmac-sha1'] : ['hmac-sha1']);
    expect(suite.acceptedSignatures.map((row) => row.name)).toEqual(
      isSha256 ? ['rsa-sha256', 'rsa-sha1'] : ['rsa-sha1'],
    );
    expect(suite).toMatchObject({
      signatureKeyBytes,
      symmetricKeyBytesMin,
      encryptionKeyBytes: symmetricKeyBytesMin,
      contextKeyBytes: symmetricKeyBytesMin,
      symmetricKeyBytesMax: 32,
      rsaBitsMin: 2048,
      rsaBitsMax: 4096,
    });
    expect(suite.keyWrap.keyBytes).toBe(suite.cipher.keyBytes);
  });

  test('every listed name has a suite that bears it', () => {
    expect(new Set(SUITE_NAMES).size).toBe(28);
    for (const name of SUITE_NAMES) expect(algorithmSuite(name).name).toBe(name);
  });

  test.each(['', 'Rsa15', 'basic256', 'Basic256Rsa15Rsa15', 'Basic256Rsa15Sha256', 'Basic512', '__proto__'])(
    '%j is none',
    (name) => {
      expect(codeOf(() => algorithmSuite(name))).toBe('caller.option-invalid');
    },
  );
});

describe('customSuite', () => {
  const base = algorithmSuite('Basic256Sha256');

  test('changes what it is told, and key lengths with the cipher', () => {
    const suite = customSuite(base, {
      name: 'Modern128',
      digest: 'sha512',
      mac: 'hmac-sha512',
      acceptedMacs: [],
      signature: 'ecdsa-sha384',
      acceptedSignatures: ['eddsa-ed25519'],
      cipher: 'http://www.w3.org/2009/xmlenc11#aes128-gcm',
      keyWrap: 'kw-aes128',
      keyTransport: 'rsa-oaep',
      rsaBitsMin: 3072,
    });
    expect(suite.acceptedMacs.map(({ name }) => name)).toEqual(['hmac-sha512']);
    expect(suite.acceptedSignatures.map(({ name }) => name)).toEqual(['ecdsa-sha384', 'eddsa-ed25519']);
    expect([suite.digest.name, suite.cipher.name, suite.keyTransport.name]).toEqual([
      'sha512',
      'aes128-gcm',
      'rsa-oaep',
    ]);
    expect(suite).toMatchObject({ encryptionKeyBytes: 16, contextKeyBytes: 16, symmetricKeyBytesMin: 16 });
    expect(suite).toMatchObject({ signatureKeyBytes: 24, rsaBitsMin: 3072, rsaBitsMax: 4096 });
    expect(Object.isFrozen(suite)).toBe(true);
  });

  test('is its base where it is told nothing', () => {
    expect(customSuite(base, { name: 'Same' })).toEqual({ ...base, name: 'Same' });
  });

  test.each([
    [{ name: 'Basic256' }, 'caller.option-invalid'],
    [{ name: 'X', symmetricKeyBytesMin: 33 }, 'caller.option-invalid'],
    [{ name: 'X', contextKeyBytes: 16 }, 'caller.option-invalid'],
    [{ name: 'X', signatureKeyBytes: 0 }, 'caller.option-invalid'],
    [{ name: 'X', rsaBitsMin: 8192 }, 'caller.option-invalid'],
    [{ name: 'X', rsaBitsMin: 2048.5 }, 'caller.option-invalid'],
    [{ name: 'X', mac: 'rsa-sha256' }, 'caller.option-invalid'],
    [{ name: 'X', signature: 'hmac-sha256' }, 'caller.option-invalid'],
    [{ name: 'X', cipher: 'kw-aes128' }, 'caller.option-invalid'],
    [{ name: 'X', acceptedMacs: ['hmac-md5'] }, 'caller.option-invalid'],
  ] as const)('%o: %s', (changes, code) => {
    expect(codeOf(() => customSuite(base, changes))).toBe(code);
  });
});
