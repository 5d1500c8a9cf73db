import { createHmac } from 'node:crypto';
import { inspect } from 'node:util';
import { MAC_ALGORITHMS, MacKey, macAlgorithm } from '@parley/core/internal';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { codeOf } from '../code-of.ts';
import { anyOctets, fromHex, readVectors, toHex } from '../octets.ts';

interface ProtocolVector {
  readonly id: string;
  readonly algorithm: string;
  readonly key: string;
  readonly data: string;
  readonly mac: string;
}

interface WycheproofFile {
  readonly numberOfTests: number;
  readonly testGroups: readonly {
    readonly tagSize: number;
    readonly tests: readonly {
      readonly tcId: number;
      readonly key: string;
      readonly msg: string;
      readonly tag: string;
      readonly result: 'valid' | 'invalid';
    }[];
  }[];
}

/** MAC of `data` by way of a message buffer with room in front. */
function macInPlace(key: MacKey, data: Uint8Array, roomBytes: number): string {
  const buffer = new Uint8Array(roomBytes + data.length + 5).fill(0xee);
  buffer.set(data, roomBytes);
  return key.macBase64(buffer, roomBytes, roomBytes + data.length);
}

describe('MacKey', () => {
  test.each(readVectors<ProtocolVector[]>('protocol/mac.json'))('protocol vector $id', (vector) => {
    const key = new MacKey(macAlgorithm(vector.algorithm), fromHex(vector.key));
    expect(toHex(key.sign(fromHex(vector.data)))).toBe(vector.mac);
    expect(key.verify(fromHex(vector.data), fromHex(vector.mac))).toBe(true);
  });

  test.each(MAC_ALGORITHMS)('$name equals the HMAC of Node for keys and data of any length', (algorithm) => {
    const lengths = [0, 1, 63, 64, 65, 127, 128, 129, 200];
    const keyLength = fc.oneof(fc.constantFrom(...lengths), fc.nat(200));
    const keys = keyLength.chain((length) => fc.uint8Array({ minLength: length, maxLength: length }));
    fc.assert(
      fc.property(keys, anyOctets(300), fc.nat(40), (octets, data, spareBytes) => {
        const expected = createHmac(algorithm.hash, octets).update(data).digest();
        const key = new MacKey(algorithm, octets);
        expect(macInPlace(key, data, algorithm.blockBytes + spareBytes)).toBe(expected.toString('base64'));
        expect(toHex(key.sign(data))).toBe(expected.toString('hex'));
        expect(key.verify(data, expected)).toBe(true);
      }),
    );
  });

  test.each(['sha1', 'sha256', 'sha384', 'sha512'])('Wycheproof, HMAC-%s', (hashName) => {
    const algorithm = macAlgorithm(`hmac-${hashName}`);
    const file = readVectors<WycheproofFile>(`wycheproof/hmac_${hashName}_test.json`);
    let run = 0;
    for (const { tagSize, tests } of file.testGroups) {
      for (const { tcId, key, msg, tag, result } of tests) {
        const verdict = new MacKey(algorithm, fromHex(key)).verify(fromHex(msg), fromHex(tag));
        // Truncation does not exist here: a shortened MAC is refused even where Wycheproof takes it.
        const expected = result === 'valid' && tagSize === algorithm.macBytes * 8;
        expect(verdict, `tcId ${tcId}`).toBe(expected);
        run++;
      }
    }
    expect(run).toBe(file.numberOfTests);
  });

  test.each(MAC_ALGORITHMS)('$name refuses a MAC of any other length and any flipped bit', (algorithm) => {
    const key = new MacKey(algorithm, new Uint8Array(24).fill(7));
    const data = new TextEncoder().encode('signed');
    const mac = key.sign(data);
    for (let lengthBytes = 0; lengthBytes < mac.length; lengthBytes++) {
      expect(key.verify(data, mac.subarray(0, lengthBytes))).toBe(false);
    }
    expect(key.verify(data, Uint8Array.of(...mac, 0))).toBe(false);
    for (let bit = 0; bit < mac.length * 8; bit++) {
      const changed = mac.slice();
      changed[bit >> 3]! ^= 1 << (bit & 7);
      expect(key.verify(data, changed)).toBe(false);
    }
  });

  test('leaves nothing of the key in the message buffer', () => {
    const key = new MacKey(macAlgorithm('hmac-sha256'), new Uint8Array(32).fill(9));
    const buffer = new Uint8Array(100).fill(0xee);
    key.macBase64(buffer, 70, 90);
    const expected = new Uint8Array(100).fill(0xee).fill(0, 70 - 64, 70);
    expect(buffer).toEqual(expected);
  });

  test('wants room for the pad, and a range within the buffer', () => {
    const key = new MacKey(macAlgorithm('hmac-sha1'), new Uint8Array(20));
    const buffer = new Uint8Array(100);
    expect(codeOf(() => key.macBase64(buffer, 63, 100))).toBe('internal.invariant');
    expect(codeOf(() => key.macBase64(buffer, 64, 101))).toBe('internal.invariant');
    expect(codeOf(() => key.macBase64(buffer, 80, 79))).toBe('internal.invariant');
    expect(codeOf(() => key.macBase64(buffer, 64, 100))).toBeUndefined();
  });

  test('is of no use once wiped', () => {
    const key = new MacKey(macAlgorithm('hmac-sha1'), new Uint8Array(20).fill(3));
    key.wipe();
    key.wipe();
    const nothing = new Uint8Array(0);
    expect(codeOf(() => key.sign(nothing))).toBe('caller.context-unusable');
    expect(codeOf(() => key.verify(nothing, new Uint8Array(20)))).toBe('caller.context-unusable');
    expect(codeOf(() => key.macBase64(new Uint8Array(64), 64, 64))).toBe('caller.context-unusable');
  });

  test('a stream of any pieces equals the whole, and ends with the key', () => {
    fc.assert(
      fc.property(anyOctets(150), fc.array(anyOctets(100), { maxLength: 8 }), (octets, pieces) => {
        const key = new MacKey(macAlgorithm('hmac-sha256'), octets);
        const stream = key.stream();
        for (const piece of pieces) stream.update(piece);
        expect(stream.macBase64()).toBe(Buffer.from(key.sign(Buffer.concat(pieces))).toString('base64'));
      }),
    );
    const key = new MacKey(macAlgorithm('hmac-sha1'), new Uint8Array(20));
    const begun = key.stream();
    key.wipe();
    expect(codeOf(() => begun.macBase64())).toBe('caller.context-unusable');
    expect(codeOf(() => key.stream())).toBe('caller.context-unusable');
  });

  test('does not show its key', () => {
    const key = new MacKey(macAlgorithm('hmac-sha1'), new Uint8Array(20).fill(0xa5));
    const shown = inspect(key, { depth: 9, showHidden: true }) + JSON.stringify(key);
    for (const octet of [0xa5, 0xa5 ^ 0x36, 0xa5 ^ 0x5c]) {
      expect(shown).not.toContain(octet.toString(16).padStart(2, '0').repeat(2));
      expect(shown).not.toContain(`${octet},`);
    }
  });
});
