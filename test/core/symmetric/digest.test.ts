import { createHash } from 'node:crypto';
import { DigestStream, digestAlgorithm } from '@parley/core';
import { DIGEST_ALGORITHMS, digest, digestBase64 } from '@parley/core/internal';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyOctets, isUnshared, toHex } from '../octets.ts';

describe('digest', () => {
  test('protocol vector V14: the hash of an exchange', () => {
    const exchange = new TextEncoder().encode('<RST/><RSTR/>');
    expect(toHex(digest(digestAlgorithm('sha1'), exchange))).toBe('dbb855e7c9ff365e2079d1e9da6d81a3fc47689c');
  });

  test.each([
    ['sha1', 'a9993e364706816aba3e25717850c26c9cd0d89d'],
    ['sha256', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    ['sha384', 'cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7'],
    [
      'sha512',
      'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
    ],
  ])('FIPS 180-4 example "abc", %s', (name, expected) => {
    expect(toHex(digest(digestAlgorithm(name), new TextEncoder().encode('abc')))).toBe(expected);
  });

  test.each(DIGEST_ALGORITHMS)('$name: both forms equal Node for any octets', (algorithm) => {
    fc.assert(
      fc.property(anyOctets(400), (bytes) => {
        const expected = createHash(algorithm.name).update(bytes).digest();
        const actual = digest(algorithm, bytes);
        expect(toHex(actual)).toBe(expected.toString('hex'));
        expect(actual).toHaveLength(algorithm.digestBytes);
        expect(isUnshared(actual)).toBe(true);
        expect(digestBase64(algorithm, bytes)).toBe(expected.toString('base64'));
      }),
    );
  });

  test.each(DIGEST_ALGORITHMS)('$name: a stream of any pieces equals the whole', (algorithm) => {
    fc.assert(
      fc.property(fc.array(anyOctets(100), { maxLength: 8 }), (pieces) => {
        const stream = new DigestStream(algorithm);
        for (const piece of pieces) stream.update(piece);
        expect(stream.digestBase64()).toBe(digestBase64(algorithm, Buffer.concat(pieces)));
      }),
    );
  });
});
