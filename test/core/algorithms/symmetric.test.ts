import { digestAlgorithm } from '@parley/core';
import {
  CIPHER_ALGORITHMS,
  cipherAlgorithm,
  DIGEST_ALGORITHMS,
  MAC_ALGORITHMS,
  macAlgorithm,
} from '@parley/core/internal';
import { describe, expect, test } from 'vitest';
import { codeOf } from '../code-of.ts';

describe('URIs', () => {
  test.each([
    [digestAlgorithm, 'http://www.w3.org/2000/09/xmldsig#sha1', 'sha1'],
    [digestAlgorithm, 'http://www.w3.org/2001/04/xmlenc#sha256', 'sha256'],
    [digestAlgorithm, 'http://www.w3.org/2001/04/xmldsig-more#sha384', 'sha384'],
    [digestAlgorithm, 'http://www.w3.org/2001/04/xmlenc#sha512', 'sha512'],
    [macAlgorithm, 'http://www.w3.org/2000/09/xmldsig#hmac-sha1', 'hmac-sha1'],
    [macAlgorithm, 'http://www.w3.org/2001/04/xmldsig-more#hmac-sha256', 'hmac-sha256'],
    [macAlgorithm, 'http://www.w3.org/2001/04/xmldsig-more#hmac-sha384', 'hmac-sha384'],
    [macAlgorithm, 'http://www.w3.org/2001/04/xmldsig-more#hmac-sha512', 'hmac-sha512'],
    [cipherAlgorithm, 'http://www.w3.org/2001/04/xmlenc#aes128-cbc', 'aes128-cbc'],
    [cipherAlgorithm, 'http://www.w3.org/2001/04/xmlenc#aes192-cbc', 'aes192-cbc'],
    [cipherAlgorithm, 'http://www.w3.org/2001/04/xmlenc#aes256-cbc', 'aes256-cbc'],
    [cipherAlgorithm, 'http://www.w3.org/2001/04/xmlenc#tripledes-cbc', 'tripledes-cbc'],
    [cipherAlgorithm, 'http://www.w3.org/2009/xmlenc11#aes128-gcm', 'aes128-gcm'],
    [cipherAlgorithm, 'http://www.w3.org/2009/xmlenc11#aes192-gcm', 'aes192-gcm'],
    [cipherAlgorithm, 'http://www.w3.org/2009/xmlenc11#aes256-gcm', 'aes256-gcm'],
  ])('%o %s', (lookUp, uri, name) => {
    expect(lookUp(uri).name).toBe(name);
    expect(lookUp(name)).toBe(lookUp(uri));
  });

  test('each row is frozen, listed once, and found by its URI and by its name', () => {
    const rows = [...DIGEST_ALGORITHMS, ...MAC_ALGORITHMS, ...CIPHER_ALGORITHMS];
    expect(new Set(rows.map(({ uri }) => uri)).size).toBe(15);
    for (const row of rows) expect(Object.isFrozen(row)).toBe(true);
  });

  test.each([
    '',
    'constructor',
    '__proto__',
    'SHA1',
    'md5',
    'http://www.w3.org/2001/04/xmldsig-more#md5',
    'http://www.w3.org/2001/04/xmlenc#aes128-gcm',
    'http://www.w3.org/2000/09/xmldsig#sha1 ',
    'http://www.w3.org/2000/09/xmldsig#rsa-sha1',
  ])('%j is no algorithm of ours', (text) => {
    for (const lookUp of [digestAlgorithm, macAlgorithm, cipherAlgorithm]) {
      expect(codeOf(() => lookUp(text))).toBe('caller.option-invalid');
    }
  });

  test('a kind does not answer for another', () => {
    expect(codeOf(() => macAlgorithm('sha1'))).toBe('caller.option-invalid');
    expect(codeOf(() => digestAlgorithm('hmac-sha1'))).toBe('caller.option-invalid');
    expect(codeOf(() => cipherAlgorithm('hmac-sha1'))).toBe('caller.option-invalid');
  });
});
