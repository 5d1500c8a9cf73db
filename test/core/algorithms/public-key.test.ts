import {
  cipherAlgorithm,
  KEY_TRANSPORT_ALGORITHMS,
  keyTransportAlgorithm,
  keyWrapAlgorithm,
  MASK_ALGORITHMS,
  macAlgorithm,
  maskAlgorithm,
  rsaPssAlgorithm,
  SIGNATURE_ALGORITHMS,
  signatureAlgorithm,
} from '@parley/core/internal';
import { describe, expect, test } from 'vitest';
import { codeOf } from '../code-of.ts';

describe('URIs', () => {
  test.each([
    [signatureAlgorithm, 'http://www.w3.org/2000/09/xmldsig#rsa-sha1', 'rsa-sha1'],
    [signatureAlgorithm, 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256', 'rsa-sha256'],
    [signatureAlgorithm, 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha384', 'rsa-sha384'],
    [signatureAlgorithm, 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512', 'rsa-sha512'],
    [signatureAlgorithm, 'http://www.w3.org/2007/05/xmldsig-more#rsa-pss', 'rsa-pss'],
    [signatureAlgorithm, 'http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1', 'sha256-rsa-MGF1'],
    [signatureAlgorithm, 'http://www.w3.org/2007/05/xmldsig-more#sha384-rsa-MGF1', 'sha384-rsa-MGF1'],
    [signatureAlgorithm, 'http://www.w3.org/2007/05/xmldsig-more#sha512-rsa-MGF1', 'sha512-rsa-MGF1'],
    [signatureAlgorithm, 'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha1', 'ecdsa-sha1'],
    [signatureAlgorithm, 'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256', 'ecdsa-sha256'],
    [signatureAlgorithm, 'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384', 'ecdsa-sha384'],
    [signatureAlgorithm, 'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512', 'ecdsa-sha512'],
    [signatureAlgorithm, 'http://www.w3.org/2021/04/xmldsig-more#eddsa-ed25519', 'eddsa-ed25519'],
    [keyTransportAlgorithm, 'http://www.w3.org/2001/04/xmlenc#rsa-1_5', 'rsa-1_5'],
    [keyTransportAlgorithm, 'http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p', 'rsa-oaep-mgf1p'],
    [keyTransportAlgorithm, 'http://www.w3.org/2009/xmlenc11#rsa-oaep', 'rsa-oaep'],
    [maskAlgorithm, 'http://www.w3.org/2009/xmlenc11#mgf1sha1', 'mgf1sha1'],
    [maskAlgorithm, 'http://www.w3.org/2009/xmlenc11#mgf1sha256', 'mgf1sha256'],
    [maskAlgorithm, 'http://www.w3.org/2009/xmlenc11#mgf1sha384', 'mgf1sha384'],
    [maskAlgorithm, 'http://www.w3.org/2009/xmlenc11#mgf1sha512', 'mgf1sha512'],
    [keyWrapAlgorithm, 'http://www.w3.org/2001/04/xmlenc#kw-aes128', 'kw-aes128'],
    [keyWrapAlgorithm, 'http://www.w3.org/2001/04/xmlenc#kw-aes192', 'kw-aes192'],
    [keyWrapAlgorithm, 'http://www.w3.org/2001/04/xmlenc#kw-aes256', 'kw-aes256'],
    [keyWrapAlgorithm, 'http://www.w3.org/2001/04/xmlenc#kw-tripledes', 'kw-tripledes'],
  ])('%o %s', (lookUp, uri, name) => {
    expect(lookUp(uri).name).toBe(name);
    expect(lookUp(name)).toBe(lookUp(uri));
    expect(Object.isFrozen(lookUp(uri))).toBe(true);
  });

  test('no URI means two things', () => {
    const rows = [...SIGNATURE_ALGORITHMS, ...KEY_TRANSPORT_ALGORITHMS, ...MASK_ALGORITHMS];
    expect(new Set(rows.map(({ uri }) => uri)).size).toBe(rows.length);
  });

  test.each([
    '',
    '__proto__',
    'http://www.w3.org/2000/09/xmldsig#dsa-sha1',
    'http://www.w3.org/2001/04/xmldsig-more#rsa-md5',
    'http://www.w3.org/2001/04/xmldsig-more#rsa-ripemd160',
    'http://www.w3.org/2007/05/xmldsig-more#sha1-rsa-MGF1',
    'http://www.w3.org/2021/04/xmldsig-more#eddsa-ed448',
    'http://www.w3.org/2009/xmlenc11#mgf1sha224',
    'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256 ',
  ])('%j is no algorithm of ours', (text) => {
    for (const lookUp of [signatureAlgorithm, keyTransportAlgorithm, maskAlgorithm, keyWrapAlgorithm]) {
      expect(codeOf(() => lookUp(text))).toBe('caller.option-invalid');
    }
  });

  test('T13: the name of a MAC is no signature, the name of a signature no MAC, and a key wrap no cipher', () => {
    expect(codeOf(() => signatureAlgorithm('hmac-sha256'))).toBe('caller.option-invalid');
    expect(codeOf(() => macAlgorithm('rsa-sha256'))).toBe('caller.option-invalid');
    expect(codeOf(() => cipherAlgorithm('kw-aes256'))).toBe('caller.option-invalid');
  });
});

describe('RFC 9231 §2.3.9: parameters of #rsa-pss', () => {
  test('what is left out has the default', () => {
    expect(rsaPssAlgorithm({})).toEqual(signatureAlgorithm('rsa-pss'));
    expect(signatureAlgorithm('rsa-pss-sha384')).toEqual(rsaPssAlgorithm({ hash: 'sha384', saltBytes: 48 }));
    expect(rsaPssAlgorithm({ hash: 'sha512' })).toEqual(signatureAlgorithm('rsa-pss-sha512'));
    expect(rsaPssAlgorithm({ hash: 'sha512' })).toMatchObject({ hash: 'sha512', saltBytes: 64 });
    expect(rsaPssAlgorithm({ hash: 'sha384', maskHash: 'sha384', saltBytes: 20, trailerField: 1 })).toMatchObject({
      name: 'rsa-pss',
      saltBytes: 20,
    });
  });

  test.each([
    [{ hash: 'sha1' }],
    [{ hash: 'sha256', maskHash: 'sha1' }],
    [{ saltBytes: 33 }],
    [{ saltBytes: -1 }],
    [{ saltBytes: 1.5 }],
    [{ saltBytes: Number.NaN }],
    [{ trailerField: 2 }],
  ] as const)('T16: %o is refused', (parameters) => {
    expect(codeOf(() => rsaPssAlgorithm(parameters))).toBe('peer.alg-forbidden');
  });
});
