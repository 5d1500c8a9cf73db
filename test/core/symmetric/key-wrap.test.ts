import { createCipheriv } from 'node:crypto';
import { Fault } from '@parley/core';
import { KEY_WRAP_ALGORITHMS, keyWrapAlgorithm, unwrapKey, wrapKey } from '@parley/core/internal';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { codeOf } from '../code-of.ts';
import { fromHex, readVectors, toHex } from '../octets.ts';

interface WycheproofFile {
  readonly numberOfTests: number;
  readonly testGroups: readonly {
    readonly keySize: number;
    readonly tests: readonly {
      readonly tcId: number;
      readonly key: string;
      readonly msg: string;
      readonly ct: string;
      readonly flags: readonly string[];
      readonly result: 'valid' | 'invalid' | 'acceptable';
    }[];
  }[];
}

const AES = KEY_WRAP_ALGORITHMS.filter(({ name }) => name.startsWith('kw-aes'));
const TRIPLE_DES = keyWrapAlgorithm('kw-tripledes');

const octetsOf = (lengthBytes: number) => fc.uint8Array({ minLength: lengthBytes, maxLength: lengthBytes });

function counting(out: Uint8Array): void {
  for (let i = 0; i < out.length; i++) out[i] = i + 1;
}

function noChance(): never {
  throw new Error('asked for chance');
}

describe.each(KEY_WRAP_ALGORITHMS)('$name', (algorithm) => {
  const wrappingKey = new Uint8Array(algorithm.keyBytes).map((_, i) => i * 11 + 1);
  const key = new Uint8Array(24).map((_, i) => i * 5 + 2);
  const wrapped = wrapKey(algorithm, wrappingKey, key, counting);

  test('unwraps what it wrapped', () => {
    fc.assert(
      fc.property(octetsOf(algorithm.keyBytes), octetsOf(24), octetsOf(8), (anyWrappingKey, anyKey, iv) => {
        const result = wrapKey(algorithm, anyWrappingKey, anyKey, (out) => out.set(iv));
        expect(unwrapKey(algorithm, anyWrappingKey, result).lend(toHex)).toBe(toHex(anyKey));
      }),
    );
  });

  test('refuses any flipped bit and any other length, always with the same error', () => {
    const seen = new Set<string>();
    const attempt = (octets: Uint8Array) => {
      try {
        unwrapKey(algorithm, wrappingKey, octets);
        seen.add('opened');
      } catch (error) {
        const fault = error as Fault;
        expect(fault).toBeInstanceOf(Fault);
        seen.add(`${fault.code}|${fault.message}|${JSON.stringify(fault.detail)}|${String(fault.cause)}`);
      }
    };
    for (let bit = 0; bit < wrapped.length * 8; bit++) {
      const changed = wrapped.slice();
      changed[bit >> 3]! ^= 1 << (bit & 7);
      attempt(changed);
    }
    for (let lengthBytes = 0; lengthBytes < wrapped.length; lengthBytes++) attempt(wrapped.subarray(0, lengthBytes));
    attempt(Uint8Array.of(...wrapped, ...new Uint8Array(8)));
    expect([...seen]).toEqual(['peer.decrypt-failed|peer.decrypt-failed|{}|undefined']);
  });

  test('wants a wrapping key of its own length', () => {
    for (const keyBytes of [0, 8, algorithm.keyBytes - 1, algorithm.keyBytes + 1, 64]) {
      const other = new Uint8Array(keyBytes);
      expect(codeOf(() => wrapKey(algorithm, other, key, counting))).toBe('peer.key-usage');
      expect(codeOf(() => unwrapKey(algorithm, other, wrapped))).toBe('peer.key-usage');
    }
  });
});

describe.each(AES)('$name', (algorithm) => {
  const wrappingKey = new Uint8Array(algorithm.keyBytes).fill(7);

  test('wraps 16 octets or more, in eights, without chance', () => {
    for (let keyBytes = 0; keyBytes <= 80; keyBytes++) {
      const isWrappable = keyBytes >= 16 && keyBytes % 8 === 0;
      const act = () => wrapKey(algorithm, wrappingKey, new Uint8Array(keyBytes), noChance);
      expect(codeOf(act), `${keyBytes}`).toBe(isWrappable ? undefined : 'caller.input-invalid');
    }
  });
});

// RFC 3394 §4.1 to §4.6: wrapping key, key data, result.
test.each([
  [
    '000102030405060708090a0b0c0d0e0f',
    '00112233445566778899aabbccddeeff',
    '1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5',
  ],
  [
    '000102030405060708090a0b0c0d0e0f1011121314151617',
    '00112233445566778899aabbccddeeff',
    '96778b25ae6ca435f92b5b97c050aed2468ab8a17ad84e5d',
  ],
  [
    '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f',
    '00112233445566778899aabbccddeeff',
    '64e8c3f9ce0f5ba263e9777905818a2a93c8191e7d6e8ae7',
  ],
  [
    '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f',
    '00112233445566778899aabbccddeeff000102030405060708090a0b0c0d0e0f',
    '28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21',
  ],
])('RFC 3394 §4 with %s', (wrappingKey, key, wrapped) => {
  const algorithm = keyWrapAlgorithm(`kw-aes${wrappingKey.length * 4}`);
  expect(toHex(wrapKey(algorithm, fromHex(wrappingKey), fromHex(key), noChance))).toBe(wrapped);
  expect(unwrapKey(algorithm, fromHex(wrappingKey), fromHex(wrapped)).lend(toHex)).toBe(key);
});

describe('kw-tripledes', () => {
  const wrappingKey = fromHex('255e0d1c07b646dfb3134cc843ba8aa71f025b7c0838251f');

  test('RFC 3217 §3.3', () => {
    const key = fromHex('2923bf85e06dd6ae529149f1f1bae9eab3a7da3d860d3e98');
    const iv = fromHex('5dd4cbfc96f5453b');
    const wrapped = wrapKey(TRIPLE_DES, wrappingKey, key, (out) => out.set(iv));
    expect(toHex(wrapped)).toBe('690107618ef092b3b48ca1796b234ae9fa33ebb4159604037db5d6a84eb3aac2768c632775a467d4');
    expect(unwrapKey(TRIPLE_DES, wrappingKey, wrapped).lend(toHex)).toBe(toHex(key));
  });

  test("OpenSSL's own unwrapping opens it", () => {
    const key = new Uint8Array(24).map((_, i) => 200 - i);
    // OpenSSL wraps with an IV of its own making.
    const theirs = createCipheriv('des3-wrap', wrappingKey, null).update(key);
    expect(unwrapKey(TRIPLE_DES, wrappingKey, theirs).lend(toHex)).toBe(toHex(key));
  });

  test('wraps keys of any length that xmlsec and Santuario wrap', () => {
    for (const keyBytes of [16, 24, 32, 40, 64]) {
      const key = new Uint8Array(keyBytes).map((_, i) => keyBytes - i);
      const wrapped = wrapKey(TRIPLE_DES, wrappingKey, key, counting);
      expect(wrapped).toHaveLength(keyBytes + 16);
      expect(unwrapKey(TRIPLE_DES, wrappingKey, wrapped).lend(toHex)).toBe(toHex(key));
      for (const cut of [wrapped.subarray(8), wrapped.subarray(0, -8), wrapped.subarray(1)])
        expect(codeOf(() => unwrapKey(TRIPLE_DES, wrappingKey, cut))).toBe('peer.decrypt-failed');
    }
  });

  test('and no others', () => {
    for (const keyBytes of [0, 8, 15, 23, 25]) {
      const act = () => wrapKey(TRIPLE_DES, wrappingKey, new Uint8Array(keyBytes), counting);
      expect(codeOf(act)).toBe('caller.input-invalid');
    }
  });
});

// "Acceptable" are keys of 8 octets, which RFC 3394 does not wrap: refused.
test('Wycheproof AES key wrap', () => {
  const file = readVectors<WycheproofFile>('wycheproof/aes_wrap_test.json');
  const counts = { unwrapped: 0, refused: 0 };
  for (const { keySize, tests } of file.testGroups) {
    const algorithm = keyWrapAlgorithm(`kw-aes${keySize}`);
    for (const { tcId, key, msg, ct, result, flags } of tests) {
      const act = () => unwrapKey(algorithm, fromHex(key), fromHex(ct)).lend(toHex);
      if (result === 'valid') {
        expect(act(), `tcId ${tcId}`).toBe(msg);
        expect(toHex(wrapKey(algorithm, fromHex(key), fromHex(msg), noChance))).toBe(ct);
        counts.unwrapped++;
      } else {
        expect(codeOf(act), `tcId ${tcId}`).toBe('peer.decrypt-failed');
        if (result === 'acceptable') expect(flags).toEqual(['ShortKey']);
        counts.refused++;
      }
    }
  }
  expect(counts).toEqual({ unwrapped: 19, refused: 66 });
  expect(counts.unwrapped + counts.refused).toBe(file.numberOfTests);
});
