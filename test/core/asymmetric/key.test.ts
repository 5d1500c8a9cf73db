import { createSecretKey, generateKeyPairSync, type JsonWebKey, type KeyObject } from 'node:crypto';
import { inspect } from 'node:util';
import { type KeySource, PrivateKey, PublicKey, pSha1 } from '@parley/core';
import { MacKey, macAlgorithm } from '@parley/core/internal';
import { describe, expect, test } from 'vitest';
import { codeOf } from '../code-of.ts';
import { generateKeyObjects, PAIR_NAMES } from '../key-pairs.ts';

const SIGNING = { uses: ['signature'] } as const;
const rsa = generateKeyObjects('rsa');

function pem(key: KeyObject, type: 'spki' | 'pkcs8' | 'pkcs1'): Uint8Array {
  return new TextEncoder().encode(key.export({ format: 'pem', type } as never) as unknown as string);
}

function publicSources(key: KeyObject): KeySource[] {
  return [
    { format: 'pem', bytes: pem(key, 'spki') },
    { format: 'der', bytes: key.export({ format: 'der', type: 'spki' }) },
    { format: 'jwk', jwk: key.export({ format: 'jwk' }) },
    { format: 'key-object', key },
  ];
}

function privateSources(key: KeyObject): KeySource[] {
  return [
    { format: 'pem', bytes: pem(key, 'pkcs8') },
    { format: 'der', bytes: key.export({ format: 'der', type: 'pkcs8' }) },
    { format: 'jwk', jwk: key.export({ format: 'jwk' }) },
    { format: 'key-object', key },
  ];
}

describe.each(PAIR_NAMES)('a key of %s', (name) => {
  const { publicKey, privateKey } = generateKeyObjects(name);
  const family = name.startsWith('P-') ? 'ec' : name;

  test('is read from each form', () => {
    for (const source of publicSources(publicKey)) {
      const key = PublicKey.read(source, SIGNING);
      expect([key.family, key.curve]).toEqual([family, family === 'ec' ? name : undefined]);
      expect(key.lend((object) => object.equals(publicKey))).toBe(true);
    }
    for (const source of privateSources(privateKey)) {
      const key = PrivateKey.read(source, SIGNING);
      expect([key.family, key.curve]).toEqual([family, family === 'ec' ? name : undefined]);
      expect(key.lend((object) => object.equals(privateKey))).toBe(true);
    }
  });

  test('a private key is not taken for a public one, nor a public one for a private one', () => {
    for (const source of privateSources(privateKey)) {
      expect(
        codeOf(() => PublicKey.read(source, SIGNING)),
        source.format,
      ).toBe('caller.keys-invalid');
    }
    for (const source of publicSources(publicKey)) {
      expect(
        codeOf(() => PrivateKey.read(source, SIGNING)),
        source.format,
      ).toBe('caller.keys-invalid');
    }
  });

  test('has a use, and one that its family has', () => {
    const source: KeySource = { format: 'key-object', key: publicKey };
    expect(codeOf(() => PublicKey.read(source, { uses: [] }))).toBe('caller.keys-invalid');
    for (const use of ['encryption', 'rsa-1_5'] as const) {
      const expected = family === 'rsa' ? undefined : 'caller.keys-invalid';
      expect(
        codeOf(() => PublicKey.read(source, { uses: ['signature', use] })),
        use,
      ).toBe(expected);
    }
  });

  test('does not show what is in it', () => {
    const key = PrivateKey.read({ format: 'key-object', key: privateKey }, SIGNING);
    const { d = '' } = privateKey.export({ format: 'jwk' });
    const shown = [inspect(key, { depth: 9, showHidden: true }), String(key), JSON.stringify({ key })].join('\n');
    expect(d.length).toBeGreaterThan(30);
    expect(shown).not.toContain(d.slice(0, 10));
    expect(shown).toContain(`PrivateKey(${family}`);
  });
});

test('PKCS #1, and PKCS #8 with a passphrase', () => {
  const encrypted = rsa.privateKey.export({ format: 'pem', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase: 'open' });
  const bytes = new TextEncoder().encode(encrypted as string);
  const passphrase = (text: string) => ({ format: 'pem', bytes, passphrase: new TextEncoder().encode(text) }) as const;
  expect(PrivateKey.read(passphrase('open'), SIGNING).bits).toBe(2048);
  for (const source of [passphrase('shut'), { format: 'pem', bytes } as const]) {
    expect(codeOf(() => PrivateKey.read(source, SIGNING))).toBe('caller.keys-invalid');
  }
  expect(PublicKey.read({ format: 'pem', bytes: pem(rsa.publicKey, 'pkcs1') }, SIGNING).bits).toBe(2048);
  expect(PrivateKey.read({ format: 'pem', bytes: pem(rsa.privateKey, 'pkcs1') }, SIGNING).bits).toBe(2048);
});

describe('T14: what is too weak or too odd', () => {
  const small = generateKeyObjects('rsa', 1024);

  test('RSA below 2048 bits, unless asked for', () => {
    const source: KeySource = { format: 'key-object', key: small.publicKey };
    expect(codeOf(() => PublicKey.read(source, SIGNING))).toBe('caller.keys-invalid');
    expect(PublicKey.read(source, { ...SIGNING, rsaBitsMin: 1024 }).bits).toBe(1024);
    const large: KeySource = { format: 'key-object', key: rsa.publicKey };
    expect(codeOf(() => PublicKey.read(large, { ...SIGNING, rsaBitsMin: 3072 }))).toBe('caller.keys-invalid');
    expect(codeOf(() => PrivateKey.read({ format: 'key-object', key: small.privateKey }, SIGNING))).toBe(
      'caller.keys-invalid',
    );
  });

  test.each([1n, 2n, 65536n, 2n ** 32n + 1n])('an RSA exponent of %d', (exponent) => {
    const jwk = rsa.publicKey.export({ format: 'jwk' });
    const hex = exponent.toString(16);
    const e = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex').toString('base64url');
    expect(codeOf(() => PublicKey.read({ format: 'jwk', jwk: { ...jwk, e } }, SIGNING))).toBe('caller.keys-invalid');
  });

  test('another curve or family', () => {
    const others = [
      generateKeyPairSync('ec', { namedCurve: 'secp256k1' }),
      generateKeyPairSync('ec', { namedCurve: 'P-224' }),
      generateKeyPairSync('ed448'),
      generateKeyPairSync('x25519'),
      generateKeyPairSync('rsa-pss', { modulusLength: 2048 }),
      generateKeyPairSync('dsa', { modulusLength: 2048, divisorLength: 256 }),
    ];
    for (const { publicKey, privateKey } of others) {
      const publicSource: KeySource = { format: 'key-object', key: publicKey };
      const privateSource: KeySource = { format: 'key-object', key: privateKey };
      expect(codeOf(() => PublicKey.read(publicSource, SIGNING))).toBe('caller.keys-invalid');
      expect(codeOf(() => PrivateKey.read(privateSource, SIGNING))).toBe('caller.keys-invalid');
    }
  });
});

describe('T13: a secret is no public key, and a public key no secret', () => {
  test('a secret key object, an oct JWK, or octets that are none', () => {
    const octets = new Uint8Array(32).fill(7);
    const sources: KeySource[] = [
      { format: 'key-object', key: createSecretKey(octets) },
      { format: 'jwk', jwk: { kty: 'oct', k: Buffer.from(octets).toString('base64url') } },
      { format: 'der', bytes: octets },
      { format: 'pem', bytes: octets },
      { format: 'pem', bytes: new TextEncoder().encode('-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----') },
      { format: 'jwk', jwk: {} as JsonWebKey },
    ];
    for (const source of sources) {
      expect(
        codeOf(() => PublicKey.read(source, SIGNING)),
        source.format,
      ).toBe('caller.keys-invalid');
      expect(
        codeOf(() => PrivateKey.read(source, SIGNING)),
        source.format,
      ).toBe('caller.keys-invalid');
    }
  });

  test('a MAC or a derivation does not take a key of another kind, nor text, for an empty secret', () => {
    const publicKey = PublicKey.read({ format: 'key-object', key: rsa.publicKey }, SIGNING);
    const pemText = rsa.publicKey.export({ format: 'pem', type: 'spki' });
    for (const key of [publicKey, rsa.publicKey, pemText, []]) {
      const octets = key as unknown as Uint8Array;
      expect(codeOf(() => new MacKey(macAlgorithm('hmac-sha256'), octets))).toBe('internal.invariant');
      expect(codeOf(() => pSha1(octets, new Uint8Array(16), 0, new Uint8Array(16)))).toBe('caller.input-invalid');
    }
  });
});
