import { Secret } from '@parley/core';
import { cipherAlgorithm, decryptToEnd, encrypt, fillDerivedKey } from '@parley/core/internal';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DerivedKeyCache } from '../../../packages/engine/src/memory/derived-key-cache.ts';
import { sampleSecret } from '../support/sample.ts';

const instance = { instance: undefined, secret: sampleSecret(), createdAtMs: 0, expiresAtMs: 1 };
const other = { instance: undefined, secret: sampleSecret(9), createdAtMs: 0, expiresAtMs: 1 };

const derivations = fc.record({
  label: fc.option(fc.constantFrom('a', 'ab', 'Label'), { nil: undefined }),
  nonce: fc.constantFrom(sampleNonce(0), sampleNonce(1), sampleNonce(0, 17)),
  offsetBytes: fc.constantFrom(0, 1, 32),
  lengthBytes: fc.constantFrom(16, 24, 32),
  implied: fc.boolean(),
});
type Derivation = typeof derivations extends fc.Arbitrary<infer T> ? T : never;

test('T83: whatever is asked, in whatever order: the key is the one that was derived (WS-SC §1.10)', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.boolean(), fc.array(derivations, { minLength: 1, maxLength: 2 })), { maxLength: 60 }),
      (asked) => {
        const cache = new DerivedKeyCache(8);
        return asked.every(([isOther, chain]) => {
          const from = isOther ? other : instance;
          return hex(cache.derived(from, chain).secret) === hex(plain(from.secret, chain));
        });
      },
    ),
  );
});

test('two keys of one message live side by side, though they share nonce and length', () => {
  const cache = new DerivedKeyCache(8);
  const first = { label: undefined, nonce: sampleNonce(0), offsetBytes: 0, lengthBytes: 32, implied: false };
  const signature = cache.derived(instance, [first]);
  const encryption = cache.derived(instance, [{ ...first, offsetBytes: 32 }]);
  const labelled = cache.derived(instance, [{ ...first, label: 'x' }]);
  expect(new Set([signature, encryption, labelled].map((key) => hex(key.secret))).size).toBe(3);
  expect(cache.derived(instance, [first])).toBe(signature);
});

test('the direct key is the secret, and the same object each time', () => {
  const cache = new DerivedKeyCache(2);
  expect(hex(cache.derived(instance, []).secret)).toBe(hex(instance.secret));
  expect(cache.derived(instance, [])).toBe(cache.derived(instance, []));
});

test('a key that is pushed out or cleared is wiped', () => {
  const cache = new DerivedKeyCache(2);
  const keys = [0, 1, 2].map((first) =>
    cache.derived(instance, [
      { label: undefined, nonce: sampleNonce(first), offsetBytes: 0, lengthBytes: 16, implied: false },
    ]),
  );
  expect(() => hex(keys[0]!.secret)).toThrow();
  expect(() => hex(keys[2]!.secret)).not.toThrow();
  cache.clear();
  expect(() => hex(keys[2]!.secret)).toThrow();
  expect(() => hex(instance.secret)).not.toThrow();
});

test('none of the three keys that were asked for last is pushed out, where there is room for three', () => {
  const nonces = fc.array(fc.nat(9), { maxLength: 60 });
  const keyOf = (cache: DerivedKeyCache, first: number) =>
    cache.derived(instance, [
      { label: undefined, nonce: sampleNonce(first), offsetBytes: 0, lengthBytes: 32, implied: false },
    ]);
  fc.assert(
    fc.property(nonces, (asked) => {
      const cache = new DerivedKeyCache(3);
      const keys = asked.map((first) => keyOf(cache, first));
      const last = new Set(keys.slice(-3));
      for (const { secret } of last) expect(() => hex(secret)).not.toThrow();
    }),
  );
});

test('a key that decrypts again and again gives of each text what that gives by itself, whatever came before it', () => {
  const ciphers = (['aes256-cbc', 'aes256-gcm', 'aes256-cbc'] as const).map((name) => cipherAlgorithm(name));
  const text = fc.record({
    cipher: fc.constantFrom(...ciphers),
    iv: fc.uint8Array({ minLength: 16, maxLength: 16 }),
    plaintexts: fc.array(fc.uint8Array({ maxLength: 70 }), { minLength: 1, maxLength: 3 }),
    change: fc.option(fc.nat(), { freq: 4 }),
    lost: fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 33 })),
  });
  fc.assert(
    fc.property(fc.array(text, { maxLength: 12 }), (texts) => {
      const key = new DerivedKeyCache(2).derived(instance, []);
      for (const { cipher, iv, plaintexts, change, lost } of texts) {
        const parts = plaintexts.map((plaintext) =>
          key.secret.lend((octets) => encrypt(cipher, octets, iv.subarray(0, cipher.ivBytes), plaintext)),
        );
        if (change !== null) parts[0]![change % parts[0]!.length]! ^= 1;
        parts[0] = parts[0]!.subarray(lost);
        let end = 0;
        const ends = parts.map((part) => (end += part.length));
        const alone = key.secret.lend((octets) => parts.map((part) => decryptToEnd(cipher, octets, part)));
        expect(key.decryptAllToEnd(cipher, Buffer.concat([...parts, iv]), ends)).toEqual(alone);
      }
    }),
  );
});

test('a key that is wiped decrypts nothing, though it has decrypted before', () => {
  const cipher = cipherAlgorithm('aes256-cbc');
  const cache = new DerivedKeyCache(2);
  const nonce = { label: undefined, nonce: sampleNonce(0), offsetBytes: 0, lengthBytes: 32, implied: false };
  const key = cache.derived(instance, [nonce]);
  const text = key.secret.lend((octets) => encrypt(cipher, octets, sampleNonce(1), sampleNonce(2)));
  for (const _ of [1, 2, 3]) expect(key.decryptAllToEnd(cipher, text, [text.length])[0]!.isGood).toBe(true);
  cache.clear();
  expect(() => key.decryptAllToEnd(cipher, text, [text.length])).toThrow();
});

test('a key decrypts as before, though it was asked in vain for a cipher that it is too short for', () => {
  const [cipher, longer] = [cipherAlgorithm('aes128-cbc'), cipherAlgorithm('aes256-cbc')];
  const nonce = { label: undefined, nonce: sampleNonce(0), offsetBytes: 0, lengthBytes: 16, implied: false };
  const key = new DerivedKeyCache(2).derived(instance, [nonce]);
  const text = key.secret.lend((octets) => encrypt(cipher, octets, sampleNonce(1), sampleNonce(2)));
  for (const _ of [1, 2, 3]) {
    for (const _again of [1, 2]) expect(key.decryptAllToEnd(cipher, text, [text.length])[0]!.isGood).toBe(true);
    for (const _again of [1, 2]) expect(() => key.decryptAllToEnd(longer, text, [text.length])).toThrow();
  }
});

function plain(base: Secret, chain: readonly Derivation[]): Secret {
  return chain.reduce(
    (secret, derivation) =>
      secret.lend((bytes) => Secret.filledBy(derivation.lengthBytes, (out) => fillDerivedKey(bytes, derivation, out))),
    base,
  );
}

function sampleNonce(first: number, lengthBytes = 16): Uint8Array {
  return Uint8Array.from({ length: lengthBytes }, (_, index) => first + index);
}

function hex(secret: Secret): string {
  return secret.lend((bytes) => Buffer.from(bytes).toString('hex'));
}
