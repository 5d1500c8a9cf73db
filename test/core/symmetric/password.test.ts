// What a UsernameToken makes of a password, against published and computed values (protocol vectors V5, V6, V15, V16).
import { createHash } from 'node:crypto';
import { passwordDigest, passwordKey } from '@parley/core';
import { isSamePassword, PASSWORD_ITERATIONS_CEILING, PASSWORD_KEY_BYTES } from '@parley/core/internal';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

const octets = (text: string): Uint8Array => new TextEncoder().encode(text);
const hex = (value: Uint8Array): string => Buffer.from(value).toString('hex');
const base64 = (value: Uint8Array): string => Buffer.from(value).toString('base64');
const sha1 = (value: Uint8Array): Uint8Array => createHash('sha1').update(value).digest();
const upTo = (count: number, first = 0): Uint8Array => Uint8Array.from({ length: count }, (_, index) => first + index);
const saltOf = (use: number): Uint8Array => Uint8Array.of(use, ...upTo(15, 1));

function keyOf(password: Uint8Array, salt: Uint8Array, iterations: number, lengthBytes = PASSWORD_KEY_BYTES) {
  const key = new Uint8Array(lengthBytes);
  passwordKey(password, salt, iterations, key);
  return key;
}

describe('digest', () => {
  test("WSS4J's: with what both sides use in the place of the password", () => {
    const nonce = Buffer.from('0x7bXAPZVn40AdCD0Xbt0g==', 'base64');
    const digest = passwordDigest(nonce, '2010-06-28T15:16:37Z', sha1(octets('password')));
    expect(base64(digest)).toBe('C0rena/6gKpRZ9ATj+e6ss5sAbQ=');
  });

  test('of a password beyond ASCII', () => {
    expect(base64(passwordDigest(upTo(16), '2024-01-01T00:00:00Z', octets('pa$$wörd')))).toBe(
      'IWUc7u6Z+NbfMbvGVSVWzHte1HM=',
    );
  });
});

describe('key', () => {
  test("WSS4J's: 1049 iterations", () => {
    const salt = Buffer.from('LKpycbfgRzwDnBz6kkhAAQ==', 'base64');
    expect(base64(keyOf(sha1(octets('password')), salt, 1049))).toBe('C7Ll/OY4TECb6hZuMMiX/5hzszo=');
  });

  test.each([
    [1, 1000, 'fbd071cbf507e90c4dc68a51effbe43fb0101ee3'],
    [2, 1000, '956699670dd372862eeb2124d477729ab429d2e4'],
    [1, 1, '0c446ad491f9da249d4b8bb5f2218ab3b81b7be0'],
  ])('use %d, %d iterations', (use, iterations, expected) => {
    expect(hex(keyOf(octets('password'), saltOf(use), iterations))).toBe(expected);
  });

  test('is its definition, and a shorter one is the beginning', () => {
    const salts = fc.uint8Array({ minLength: 16, maxLength: 16 });
    const lengths = fc.integer({ min: 0, max: PASSWORD_KEY_BYTES });
    fc.assert(
      fc.property(fc.uint8Array(), salts, fc.integer({ min: 1, max: 40 }), lengths, (password, salt, count, length) => {
        let expected = sha1(Buffer.concat([password, salt]));
        for (let index = 1; index < count; index++) expected = sha1(expected);
        expect(hex(keyOf(password, salt, count, length))).toBe(hex(expected.subarray(0, length)));
      }),
    );
  });

  test.each([0, -1, 1.5, Number.NaN, PASSWORD_ITERATIONS_CEILING + 1, Number.POSITIVE_INFINITY])(
    'T48: %d iterations are none, or too many',
    (iterations) => {
      expect(() => keyOf(octets('password'), saltOf(1), iterations)).toThrow('caller.option-invalid');
    },
  );

  test('there are no more than 20 octets of it', () => {
    expect(() => keyOf(octets('password'), saltOf(1), 1, PASSWORD_KEY_BYTES + 1)).toThrow('caller.option-invalid');
  });
});

test('passwords are the same only if all their octets are', () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.uint8Array(), (left, right) => {
      expect(isSamePassword(left, right)).toBe(hex(left) === hex(right));
      expect(isSamePassword(left, Uint8Array.from(left))).toBe(true);
    }),
  );
});
