import { createCipheriv } from 'node:crypto';
import { Fault } from '@parley/core';
import {
  CbcDecipher,
  CIPHER_ALGORITHMS,
  cipherAlgorithm,
  decodeBase64Text,
  decrypt,
  decryptAllToEnd,
  decryptToEnd,
  encrypt,
} from '@parley/core/internal';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { codeOf } from '../code-of.ts';
import { anyOctets, fromHex, readVectors, toHex } from '../octets.ts';

interface ProtocolVector {
  readonly id: string;
  readonly algorithm: string;
  readonly key: string;
  readonly iv: string;
  readonly plaintext: string;
  readonly cipherValue: string;
  /** Whether encrypting gives the same octets: false where the padding is not the one that we write. */
  readonly reproducible: boolean;
}

interface WycheproofFile<Test> {
  readonly numberOfTests: number;
  readonly testGroups: readonly {
    readonly keySize: number;
    readonly ivSize: number;
    readonly tagSize?: number;
    readonly tests: readonly Test[];
  }[];
}

interface CbcTest {
  readonly tcId: number;
  readonly key: string;
  readonly iv: string;
  readonly ct: string;
  readonly result: 'valid' | 'invalid';
  readonly xmlencExpected?: 'valid' | 'invalid';
  readonly xmlencPlaintext?: string;
}

interface GcmTest {
  readonly tcId: number;
  readonly key: string;
  readonly iv: string;
  readonly aad: string;
  readonly msg: string;
  readonly ct: string;
  readonly tag: string;
  readonly result: 'valid' | 'invalid';
}

const GCM = CIPHER_ALGORITHMS.filter(({ mode }) => mode === 'gcm');
const CBC = CIPHER_ALGORITHMS.filter(({ mode }) => mode === 'cbc');

const octetsOf = (lengthBytes: number) => fc.uint8Array({ minLength: lengthBytes, maxLength: lengthBytes });

/** CBC over blocks that are whole already: the plaintext's end is what decrypt takes for padding. */
function encryptBlocks(name: string, key: Uint8Array, iv: Uint8Array, blocks: Uint8Array): Uint8Array {
  const cipher = createCipheriv(cipherAlgorithm(name).nodeName, key, iv);
  cipher.setAutoPadding(false);
  return Uint8Array.of(...iv, ...cipher.update(blocks), ...cipher.final());
}

describe('vectors', () => {
  test.each(readVectors<ProtocolVector[]>('protocol/cipher.json'))('protocol vector $id', (vector) => {
    const algorithm = cipherAlgorithm(vector.algorithm);
    const key = fromHex(vector.key);
    const data = decodeBase64Text(vector.cipherValue);
    expect(toHex(decrypt(algorithm, key, data))).toBe(vector.plaintext);
    const again = encrypt(algorithm, key, fromHex(vector.iv), fromHex(vector.plaintext));
    expect(toHex(again) === toHex(data)).toBe(vector.reproducible);
  });

  test('Wycheproof AES-CBC, with the padding rule of XML Encryption', () => {
    const file = readVectors<WycheproofFile<CbcTest>>('wycheproof/aes_cbc_pkcs5_test.json');
    let opened = 0;
    let refused = 0;
    for (const { keySize, tests } of file.testGroups) {
      const algorithm = cipherAlgorithm(`aes${keySize}-cbc`);
      for (const { tcId, key, iv, ct, result, xmlencExpected = result, xmlencPlaintext } of tests) {
        const act = () => decrypt(algorithm, fromHex(key), fromHex(iv + ct));
        if (xmlencExpected === 'valid') {
          expect(toHex(act()), `tcId ${tcId}`).toBe(xmlencPlaintext);
          opened++;
        } else {
          expect(codeOf(act), `tcId ${tcId}`).toBe('peer.decrypt-failed');
          refused++;
        }
      }
    }
    expect({ opened, refused }).toEqual({ opened: 59, refused: 50 });
    expect(opened + refused).toBe(file.numberOfTests);
  });

  // XML Encryption has no associated data and one size of IV and tag: other forms must not open as if they were ours.
  test('Wycheproof AES-GCM', () => {
    const file = readVectors<WycheproofFile<GcmTest>>('wycheproof/aes_gcm_test.json');
    const counts = { opened: 0, refused: 0, otherForm: 0 };
    for (const { keySize, ivSize, tagSize, tests } of file.testGroups) {
      const algorithm = cipherAlgorithm(`aes${keySize}-gcm`);
      for (const { tcId, key, iv, aad, msg, ct, tag, result } of tests) {
        const isOurForm = ivSize === 96 && tagSize === 128 && aad === '';
        const act = () => decrypt(algorithm, fromHex(key), fromHex(iv + ct + tag));
        if (result === 'valid' && isOurForm) {
          expect(toHex(act()), `tcId ${tcId}`).toBe(msg);
          expect(toHex(encrypt(algorithm, fromHex(key), fromHex(iv), fromHex(msg)))).toBe(iv + ct + tag);
          counts.opened++;
        } else {
          expect(codeOf(act), `tcId ${tcId}`).toBe('peer.decrypt-failed');
          counts[isOurForm ? 'refused' : 'otherForm']++;
        }
      }
    }
    expect(counts).toEqual({ opened: 34, refused: 41, otherForm: 84 });
    expect(counts.opened + counts.refused + counts.otherForm).toBe(file.numberOfTests);
  });
});

describe.each(CIPHER_ALGORITHMS)('$name', (algorithm) => {
  const key = new Uint8Array(algorithm.keyBytes).map((_, i) => i);
  const iv = new Uint8Array(algorithm.ivBytes).fill(5);

  test('decrypts what it encrypted, to memory of its own', () => {
    const triples = fc.tuple(octetsOf(algorithm.keyBytes), octetsOf(algorithm.ivBytes), anyOctets(80));
    fc.assert(
      fc.property(triples, ([anyKey, anyIv, plaintext]) => {
        const data = encrypt(algorithm, anyKey, anyIv, plaintext);
        expect(data.subarray(0, anyIv.length)).toEqual(anyIv);
        const opened = decrypt(algorithm, anyKey, data);
        expect(toHex(opened)).toBe(toHex(plaintext));
        expect(opened.constructor).toBe(Uint8Array);
        expect(opened.byteOffset).toBe(0);
        expect(opened.buffer.byteLength - opened.length).toBeLessThanOrEqual(algorithm.blockBytes);
      }),
    );
  });

  test('wants a key and an IV of its own length', () => {
    const plaintext = new Uint8Array(10);
    const data = encrypt(algorithm, key, iv, plaintext);
    for (const keyBytes of [0, algorithm.keyBytes - 1, algorithm.keyBytes + 1, 64]) {
      const other = new Uint8Array(keyBytes);
      expect(codeOf(() => encrypt(algorithm, other, iv, plaintext))).toBe('peer.key-usage');
      expect(codeOf(() => decrypt(algorithm, other, data))).toBe('peer.key-usage');
    }
    expect(codeOf(() => encrypt(algorithm, key, iv.subarray(1), plaintext))).toBe('caller.input-invalid');
  });

  test('T37: every failure to decrypt is the same error', () => {
    const shortest = algorithm.ivBytes + (algorithm.mode === 'gcm' ? algorithm.tagBytes : algorithm.blockBytes);
    const seen = new Set<string>();
    for (let lengthBytes = 0; lengthBytes < shortest; lengthBytes++) {
      try {
        decrypt(algorithm, key, new Uint8Array(lengthBytes));
        seen.add('opened');
      } catch (error) {
        expect(error).toBeInstanceOf(Fault);
        const fault = error as Fault;
        seen.add(`${fault.code}|${fault.message}|${JSON.stringify(fault.detail)}|${String(fault.cause)}`);
      }
    }
    expect([...seen]).toEqual(['peer.decrypt-failed|peer.decrypt-failed|{}|undefined']);
  });
});

describe.each(GCM)('$name', (algorithm) => {
  const key = new Uint8Array(algorithm.keyBytes).fill(3);
  const data = encrypt(algorithm, key, new Uint8Array(12).fill(4), new TextEncoder().encode('<a>twenty-eight</a>'));

  test('T42: refuses any flipped bit and any shortening', () => {
    for (let bit = 0; bit < data.length * 8; bit++) {
      const changed = data.slice();
      changed[bit >> 3]! ^= 1 << (bit & 7);
      expect(codeOf(() => decrypt(algorithm, key, changed))).toBe('peer.decrypt-failed');
    }
    for (let lengthBytes = 0; lengthBytes < data.length; lengthBytes++) {
      expect(codeOf(() => decrypt(algorithm, key, data.subarray(0, lengthBytes)))).toBe('peer.decrypt-failed');
    }
  });

  test('T42: decrypted to the end, what is refused is zeros', () => {
    const changed = data.slice();
    changed[20]! ^= 1;
    const octets = new Uint8Array(data.length - 28);
    expect(decryptToEnd(algorithm, key, changed)).toEqual({ octets, isGood: false });
    expect(decryptToEnd(algorithm, key, data)).toEqual({ octets: decrypt(algorithm, key, data), isGood: true });
  });

  test('an empty plaintext is 28 octets and opens', () => {
    const empty = encrypt(algorithm, key, new Uint8Array(12), new Uint8Array(0));
    expect(empty).toHaveLength(28);
    expect(decrypt(algorithm, key, empty)).toHaveLength(0);
  });
});

describe.each(CBC)('$name', (algorithm) => {
  const { blockBytes } = algorithm;
  const key = new Uint8Array(algorithm.keyBytes).fill(6);
  const iv = new Uint8Array(algorithm.ivBytes).fill(8);

  test('only the last octet of the padding counts', () => {
    for (let last = 0; last < 256; last++) {
      const blocks = new Uint8Array(2 * blockBytes).fill(0x41);
      blocks[blocks.length - 1] = last;
      const data = encryptBlocks(algorithm.name, key, iv, blocks);
      if (last >= 1 && last <= blockBytes) {
        expect(decrypt(algorithm, key, data)).toEqual(blocks.slice(0, -last));
      } else {
        expect(codeOf(() => decrypt(algorithm, key, data))).toBe('peer.decrypt-failed');
      }
    }
  });

  test('T37: decrypted to the end, bad padding is the shortest', () => {
    for (const last of [0, 1, blockBytes, blockBytes + 1, 255]) {
      const blocks = new Uint8Array(2 * blockBytes).fill(0x41);
      blocks[blocks.length - 1] = last;
      const isGood = last >= 1 && last <= blockBytes;
      const octets = blocks.slice(0, isGood ? -last : -1);
      expect(decryptToEnd(algorithm, key, encryptBlocks(algorithm.name, key, iv, blocks))).toEqual({ octets, isGood });
    }
    expect(decryptToEnd(algorithm, key, new Uint8Array(blockBytes))).toEqual({
      octets: new Uint8Array(0),
      isGood: false,
    });
  });

  test('writes the number of padding octets into all of them', () => {
    const plaintext = new Uint8Array(blockBytes + 3).fill(0x41);
    const count = blockBytes - 3;
    const padded = new Uint8Array(2 * blockBytes).fill(count);
    padded.set(plaintext);
    expect(encrypt(algorithm, key, iv, plaintext)).toEqual(encryptBlocks(algorithm.name, key, iv, padded));
  });

  test('refuses a ciphertext that is not whole blocks', () => {
    const data = encrypt(algorithm, key, iv, new Uint8Array(3 * blockBytes));
    for (let cut = 1; cut < blockBytes; cut++) {
      expect(codeOf(() => decrypt(algorithm, key, data.subarray(0, -cut)))).toBe('peer.decrypt-failed');
    }
  });
});

describe('several texts under one key', () => {
  test.each(CIPHER_ALGORITHMS)('give what each gives by itself: $name', (algorithm) => {
    const { keyBytes, ivBytes, tagBytes } = algorithm;
    const key = fc.uint8Array({ minLength: keyBytes, maxLength: keyBytes });
    const iv = fc.uint8Array({ minLength: ivBytes, maxLength: ivBytes });
    // Bad padding and tags come of changed octets, texts that are no whole blocks of lost ones.
    const text = fc.record({
      iv,
      plaintext: anyOctets(100),
      change: fc.option(fc.nat(), { freq: 3 }),
      lost: fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: ivBytes + tagBytes + 16 })),
    });
    fc.assert(
      fc.property(key, fc.array(text, { minLength: 1, maxLength: 4 }), (keyOctets, texts) => {
        const parts = texts.map(({ iv: ivOctets, plaintext, change, lost }) => {
          const part = encrypt(algorithm, keyOctets, ivOctets, plaintext);
          if (change !== null) part[change % part.length]! ^= 1;
          return part.subarray(0, Math.max(0, part.length - lost));
        });
        let end = 0;
        const ends = parts.map((part) => (end += part.length));
        const data = Buffer.concat([...parts, new Uint8Array(7)]);
        const together = decryptAllToEnd(algorithm, keyOctets, data, ends);
        expect(together).toEqual(parts.map((part) => decryptToEnd(algorithm, keyOctets, part)));
      }),
    );
  });

  test('a key of another length is refused', () => {
    const algorithm = cipherAlgorithm('aes128-cbc');
    const data = new Uint8Array(64);
    expect(codeOf(() => decryptAllToEnd(algorithm, new Uint8Array(32), data, [32, 64]))).toBe('peer.key-usage');
  });

  test('nothing is decrypted with a decipher that was wiped', () => {
    const algorithm = cipherAlgorithm('aes128-cbc');
    const decipher = new CbcDecipher(algorithm, new Uint8Array(16));
    expect(decipher.decryptAllToEnd(new Uint8Array(64), [32, 64])).toHaveLength(2);
    decipher.wipe();
    decipher.wipe();
    expect(codeOf(() => decipher.decryptAllToEnd(new Uint8Array(32), [32]))).toBe('caller.context-unusable');
  });
});
