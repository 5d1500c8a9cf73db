import { algorithmSuite, SUITE_NAMES } from '@parley/core';
import { describe, expect, test } from 'vitest';
import { codeOf } from './code-of.ts';

describe('algorithmSuite', () => {
  // name, digest, MAC, cipher, octets of the encryption key, of the signature key.
  test.each([
    ['Basic256', 'sha1', 'hmac-sha1', 'aes256-cbc', 32, 24],
    ['Basic192', 'sha1', 'hmac-sha1', 'aes192-cbc', 24, 24],
    ['Basic128', 'sha1', 'hmac-sha1', 'aes128-cbc', 16, 16],
    ['TripleDes', 'sha1', 'hmac-sha1', 'tripledes-cbc', 24, 24],
    ['Basic256Sha256', 'sha256', 'hmac-sha256', 'aes256-cbc', 32, 24],
    ['Basic128Sha256Rsa15', 'sha256', 'hmac-sha256', 'aes128-cbc', 16, 16],
    ['Basic256Rsa15', 'sha1', 'hmac-sha1', 'aes256-cbc', 32, 24],
    ['Basic128GCM', 'sha1', 'hmac-sha1', 'aes128-gcm', 16, 16],
    ['Basic256GCMSha256', 'sha256', 'hmac-sha256', 'aes256-gcm', 32, 24],
  ])('%s', (name, digest, mac, cipher, encryptionKeyBytes, signatureKeyBytes) => {
    const suite = algorithmSuite(name);
    expect([suite.digest.name, suite.mac.name, suite.cipher.name]).toEqual([digest, mac, cipher]);
    expect([suite.encryptionKeyBytes, suite.signatureKeyBytes]).toEqual([encryptionKeyBytes, signatureKeyBytes]);
    expect(suite.contextKeyBytes).toBe(encryptionKeyBytes);
  });

  test('every listed name has a suite that bears it', () => {
    expect(SUITE_NAMES).toHaveLength(14);
    for (const name of SUITE_NAMES) expect(algorithmSuite(name).name).toBe(name);
  });

  test.each(['', 'Rsa15', 'basic256', 'Basic256Rsa15Rsa15', 'Basic512', '__proto__'])('%j is none', (name) => {
    expect(codeOf(() => algorithmSuite(name))).toBe('caller.option-invalid');
  });
});
