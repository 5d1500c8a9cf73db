import { constants, privateDecrypt, publicEncrypt } from 'node:crypto';
import { type Fault, type HashName, PrivateKey } from '@parley/core';
import { decryptKey, encryptKey, type KeyTransport, keyTransport, keyTransportAlgorithm } from '@parley/core/internal';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { codeOf } from '../code-of.ts';
import { generateKeyObjects, generateKeys, type KeyPair } from '../key-pairs.ts';
import { fromHex, readVectors, toHex } from '../octets.ts';

interface WycheproofFile {
  readonly numberOfTests: number;
  readonly testGroups: readonly {
    readonly sha?: string;
    readonly mgfSha?: string;
    readonly privateKeyPkcs8: string;
    readonly tests: readonly {
      readonly tcId: number;
      readonly msg: string;
      readonly ct: string;
      readonly label?: string;
      readonly result: 'valid' | 'invalid';
    }[];
  }[];
}

const HASHES: readonly HashName[] = ['sha1', 'sha256', 'sha384', 'sha512'];
const OAEP = keyTransportAlgorithm('rsa-oaep');
const MGF1P = keyTransportAlgorithm('rsa-oaep-mgf1p');
const RSA15 = keyTransportAlgorithm('rsa-1_5');

const keys = generateKeys('rsa', ['encryption', 'rsa-1_5']);
const CHOICES = HASHES.flatMap((hash) => HASHES.map((maskHash) => ({ hash, maskHash })));

function counting(out: Uint8Array): void {
  for (let i = 0; i < out.length; i++) out[i] = i * 7 + 1;
}

function decrypted(transport: KeyTransport, key: PrivateKey, encrypted: Uint8Array, keyBytes?: number): string {
  return decryptKey(transport, key, encrypted, keyBytes).lend(toHex);
}

/** Raw RSA over octets of our making. */
function encryptRaw({ publicKey }: KeyPair, encoded: Uint8Array): Uint8Array {
  return publicKey.lend((key) => publicEncrypt({ key, padding: constants.RSA_NO_PADDING }, encoded));
}

function decryptRaw({ privateKey }: KeyPair, encrypted: Uint8Array): Uint8Array {
  return privateKey.lend((key) => privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, encrypted));
}

describe('XML Encryption 1.1 §5.5: parameters', () => {
  test('what is left out is SHA-1, and no label', () => {
    for (const algorithm of [OAEP, MGF1P]) {
      expect(keyTransport(algorithm).oaep).toEqual({ hash: 'sha1', maskHash: 'sha1', label: new Uint8Array(0) });
    }
    expect(keyTransport(RSA15, { hash: undefined }).oaep).toBeUndefined();
  });

  test('T40: rsa-oaep-mgf1p has one mask, rsa-1_5 no parameters, and a label an end', () => {
    expect(keyTransport(MGF1P, { hash: 'sha512', maskHash: 'sha1' }).oaep?.hash).toBe('sha512');
    expect(keyTransport(OAEP, { label: new Uint8Array(256) }).oaep?.label).toHaveLength(256);
    expect(codeOf(() => keyTransport(MGF1P, { maskHash: 'sha256' }))).toBe('peer.alg-forbidden');
    expect(codeOf(() => keyTransport(RSA15, { hash: 'sha1' }))).toBe('peer.alg-forbidden');
    expect(codeOf(() => keyTransport(RSA15, { label: new Uint8Array(0) }))).toBe('peer.alg-forbidden');
    expect(codeOf(() => keyTransport(OAEP, { label: new Uint8Array(257) }))).toBe('peer.alg-forbidden');
  });
});

describe.each(CHOICES)('RSA-OAEP with $hash and MGF1 with $maskHash', ({ hash, maskHash }) => {
  test('decrypts what it encrypted, with any label', () => {
    const octets = fc.uint8Array({ minLength: 1, maxLength: 100 });
    fc.assert(
      fc.property(octets, fc.uint8Array({ maxLength: 40 }), (key, label) => {
        const transport = keyTransport(OAEP, { hash, maskHash, label });
        const encrypted = encryptKey(transport, keys.publicKey, key, counting);
        expect(encrypted).toHaveLength(256);
        expect(decrypted(transport, keys.privateKey, encrypted)).toBe(toHex(key));
        expect(decrypted(transport, keys.privateKey, encrypted, key.length)).toBe(toHex(key));
        const wrong = [
          () => decryptKey(transport, keys.privateKey, encrypted, key.length + 1),
          () =>
            decryptKey(
              keyTransport(OAEP, { hash, maskHash, label: Uint8Array.of(...label, 0) }),
              keys.privateKey,
              encrypted,
              undefined,
            ),
        ];
        for (const act of wrong) expect(codeOf(act)).toBe('peer.decrypt-failed');
      }),
      { numRuns: 10 },
    );
  });

  test('no other choice of hashes opens it', () => {
    const encrypted = encryptKey(keyTransport(OAEP, { hash, maskHash }), keys.publicKey, new Uint8Array(32), counting);
    for (const other of CHOICES) {
      const isSame = other.hash === hash && other.maskHash === maskHash;
      const act = () => decryptKey(keyTransport(OAEP, other), keys.privateKey, encrypted, 32);
      expect(codeOf(act)).toBe(isSame ? undefined : 'peer.decrypt-failed');
    }
  });

  test('T40: refuses each octet of the padding changed, all with one error', () => {
    const transport = keyTransport(OAEP, { hash, maskHash });
    const encoded = decryptRaw(keys, encryptKey(transport, keys.publicKey, new Uint8Array(16).fill(9), counting));
    const seen = new Set<string>();
    for (let i = 0; i < encoded.length; i += 3) {
      const changed = encoded.slice();
      changed[i]! ^= 1; // the first octet: 0 becomes 1, and stays below the modulus
      try {
        decryptKey(transport, keys.privateKey, encryptRaw(keys, changed), undefined);
        seen.add('opened');
      } catch (error) {
        const fault = error as Fault;
        seen.add(`${fault.code}|${fault.message}|${JSON.stringify(fault.detail)}|${String(fault.cause)}`);
      }
    }
    expect([...seen]).toEqual(['peer.decrypt-failed|peer.decrypt-failed|{}|undefined']);
  });
});

test('OpenSSL opens what we pad, and we what it pads', () => {
  const key = new Uint8Array(32).fill(3);
  for (const hash of HASHES) {
    const label = new TextEncoder().encode('label');
    const transport = keyTransport(OAEP, { hash, maskHash: hash, label });
    const padding = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: hash, oaepLabel: label };
    const ours = encryptKey(transport, keys.publicKey, key, counting);
    expect(keys.privateKey.lend((object) => toHex(privateDecrypt({ key: object, ...padding }, ours)))).toBe(toHex(key));
    const theirs = keys.publicKey.lend((object) => publicEncrypt({ key: object, ...padding }, key));
    expect(decrypted(transport, keys.privateKey, theirs, 32)).toBe(toHex(key));
  }
});

describe('keys', () => {
  test('T13, T41: of another family or use are refused', () => {
    const transport = keyTransport(OAEP);
    const encrypted = new Uint8Array(256);
    for (const other of [generateKeys('rsa'), generateKeys('P-256'), generateKeys('ed25519')]) {
      expect(codeOf(() => encryptKey(transport, other.publicKey, new Uint8Array(16), counting))).toBe(
        'caller.keys-invalid',
      );
      // Of a key of ours that was not read for it, no message is to blame.
      const code = other.privateKey.family === 'rsa' ? 'caller.keys-invalid' : 'peer.key-usage';
      expect(codeOf(() => decryptKey(transport, other.privateKey, encrypted, 16))).toBe(code);
    }
  });

  test('T39: RSA 1.5 is off unless the key was read for it', () => {
    const objects = generateKeyObjects('rsa');
    const rules = { uses: ['signature', 'encryption'] } as const;
    const privateKey = PrivateKey.read({ format: 'key-object', key: objects.privateKey }, rules);
    const encrypted = publicEncrypt(
      { key: objects.publicKey, padding: constants.RSA_PKCS1_PADDING },
      new Uint8Array(16),
    );
    expect(codeOf(() => decryptKey(keyTransport(RSA15), privateKey, encrypted, 16))).toBe('peer.alg-forbidden');
    expect(privateKey.rejectionSecret).toBeUndefined();
  });

  test('empty, or too long for the modulus', () => {
    for (const [transport, max] of [
      [keyTransport(OAEP), 214],
      [keyTransport(OAEP, { hash: 'sha512' }), 126],
      [keyTransport(RSA15), 245],
    ] as const) {
      const act = (keyBytes: number) => () => encryptKey(transport, keys.publicKey, new Uint8Array(keyBytes), counting);
      expect(codeOf(act(0))).toBe('caller.input-invalid');
      expect(codeOf(act(max))).toBeUndefined();
      expect(codeOf(act(max + 1))).toBe('caller.input-invalid');
    }
    const empty = keys.publicKey.lend((key) =>
      publicEncrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING }, new Uint8Array(0)),
    );
    expect(codeOf(() => decryptKey(keyTransport(OAEP), keys.privateKey, empty, undefined))).toBe('peer.decrypt-failed');
  });

  test('a ciphertext that is not as long as the modulus, or not below it', () => {
    for (const transport of [keyTransport(OAEP), keyTransport(OAEP, { hash: 'sha256' }), keyTransport(RSA15)]) {
      for (const encrypted of [0, 1, 255, 257, 512].map((n) => new Uint8Array(n))) {
        expect(codeOf(() => decryptKey(transport, keys.privateKey, encrypted, 16))).toBe('peer.decrypt-failed');
      }
      const tooLarge = new Uint8Array(256).fill(0xff);
      expect(codeOf(() => decryptKey(transport, keys.privateKey, tooLarge, 16))).toBe('peer.decrypt-failed');
    }
  });
});

describe('T39: RSA 1.5 with implicit rejection', () => {
  const transport = keyTransport(RSA15);
  const key = new Uint8Array(16).map((_, i) => i + 1);

  function padded(change: (encoded: Uint8Array) => void): Uint8Array {
    const encoded = new Uint8Array(256).fill(0xaa);
    encoded.set([0, 2]);
    encoded[239] = 0;
    encoded.set(key, 240);
    change(encoded);
    return encryptRaw(keys, encoded);
  }

  test('opens what it made, and what OpenSSL made', () => {
    const ours = encryptKey(transport, keys.publicKey, key, counting);
    expect(decrypted(transport, keys.privateKey, ours, 16)).toBe(toHex(key));
    const theirs = keys.publicKey.lend((object) =>
      publicEncrypt({ key: object, padding: constants.RSA_PKCS1_PADDING }, key),
    );
    expect(decrypted(transport, keys.privateKey, theirs, 16)).toBe(toHex(key));
    expect(
      decrypted(
        transport,
        keys.privateKey,
        padded(() => undefined),
        16,
      ),
    ).toBe(toHex(key));
  });

  test('fills with anything but zeros, and not for ever', () => {
    let calls = 0;
    const mostlyZero = (out: Uint8Array) => out.fill(++calls % 3 === 0 ? 5 : 0);
    const encoded = decryptRaw(keys, encryptKey(transport, keys.publicKey, key, mostlyZero));
    expect(encoded.subarray(2, 239).every((octet) => octet !== 0)).toBe(true);
    expect(codeOf(() => encryptKey(transport, keys.publicKey, key, (out) => out.fill(0)))).toBe('internal.invariant');
  });

  test.each([
    ['the first octet is not 0', (encoded: Uint8Array) => encoded.set([1], 0)],
    ['the second is not 2', (encoded: Uint8Array) => encoded.set([1], 1)],
    ['the second is 0', (encoded: Uint8Array) => encoded.set([0], 1)],
    ['the filler has a 0 at once', (encoded: Uint8Array) => encoded.set([0], 2)],
    ['the filler has a 0 before the eighth', (encoded: Uint8Array) => encoded.set([0], 9)],
    ['the key is longer', (encoded: Uint8Array) => encoded.set([0], 200)],
    ['the key is shorter', (encoded: Uint8Array) => encoded.set([7, 0], 239)],
    ['nothing ends the filler', (encoded: Uint8Array) => encoded.fill(0xaa, 2)],
    ['there is no key', (encoded: Uint8Array) => encoded.fill(0xaa, 2).set([0], 255)],
  ])('%s: a secret that says nothing, and the same each time', (_, change) => {
    const encrypted = padded(change);
    const first = decrypted(transport, keys.privateKey, encrypted, 16);
    expect(first).toHaveLength(32);
    expect(first).not.toBe(toHex(key));
    expect(toHex(decryptRaw(keys, encrypted))).not.toContain(first);
    expect(decrypted(transport, keys.privateKey, encrypted, 16)).toBe(first);
    // Another length, another ciphertext or another private key: another secret.
    expect(decrypted(transport, keys.privateKey, encrypted, 24).slice(0, 32)).not.toBe(first);
    const other = generateKeys('rsa', ['rsa-1_5']);
    const seen = new Set([
      first,
      decrypted(
        transport,
        other.privateKey,
        encrypted.map((o, i) => (i === 0 ? 0 : o)),
        16,
      ),
    ]);
    expect(seen.size).toBe(2);
  });

  test('wants to know how long the key is', () => {
    const encrypted = padded(() => undefined);
    for (const keyBytes of [undefined, 0, -1, 1.5, 246]) {
      expect(codeOf(() => decryptKey(transport, keys.privateKey, encrypted, keyBytes))).toBe('caller.input-invalid');
    }
    expect(decryptKey(transport, keys.privateKey, encrypted, 245).lengthBytes).toBe(245);
  });
});

describe('Wycheproof', () => {
  function hashName(text: string | undefined): HashName {
    return `sha${(text ?? '').replace('SHA-', '')}` as HashName;
  }

  // An empty message is valid there; a key of no octets is none here.
  test.each([
    ['rsa_oaep_2048_sha1_mgf1sha1', { opened: 8, empty: 1, refused: 10 }],
    ['rsa_oaep_2048_sha256_mgf1sha1', { opened: 6, empty: 1, refused: 10 }],
    ['rsa_oaep_2048_sha256_mgf1sha256', { opened: 9, empty: 1, refused: 10 }],
    ['rsa_oaep_2048_sha384_mgf1sha384', { opened: 8, empty: 1, refused: 10 }],
    ['rsa_oaep_2048_sha512_mgf1sha1', { opened: 6, empty: 1, refused: 10 }],
    ['rsa_oaep_2048_sha512_mgf1sha512', { opened: 7, empty: 1, refused: 10 }],
    ['rsa_oaep_4096_sha512_mgf1sha512', { opened: 8, empty: 1, refused: 10 }],
  ])('%s', (name, expected) => {
    const file = readVectors<WycheproofFile>(`wycheproof/${name}_test.json`);
    const counts = { opened: 0, empty: 0, refused: 0 };
    for (const { sha, mgfSha, privateKeyPkcs8, tests } of file.testGroups) {
      const bytes = fromHex(privateKeyPkcs8);
      const privateKey = PrivateKey.read({ format: 'der', bytes }, { uses: ['encryption'] });
      for (const { tcId, msg, ct, label = '', result } of tests) {
        const parameters = { hash: hashName(sha), maskHash: hashName(mgfSha), label: fromHex(label) };
        const act = () => decrypted(keyTransport(OAEP, parameters), privateKey, fromHex(ct));
        if (result === 'valid' && msg !== '') {
          expect(act(), `tcId ${tcId}`).toBe(msg);
          counts.opened++;
        } else {
          expect(codeOf(act), `tcId ${tcId}`).toBe('peer.decrypt-failed');
          counts[result === 'valid' ? 'empty' : 'refused']++;
        }
      }
    }
    expect(counts).toEqual(expected);
    expect(counts.opened + counts.empty + counts.refused).toBe(file.numberOfTests);
  });

  test('rsa_pkcs1_2048', () => {
    const file = readVectors<WycheproofFile>('wycheproof/rsa_pkcs1_2048_test.json');
    const transport = keyTransport(RSA15);
    const counts = { opened: 0, empty: 0, rejected: 0, refused: 0 };
    for (const { privateKeyPkcs8, tests } of file.testGroups) {
      const bytes = fromHex(privateKeyPkcs8);
      const privateKey = PrivateKey.read({ format: 'der', bytes }, { uses: ['rsa-1_5'] });
      for (const { tcId, msg, ct, result } of tests) {
        const keyBytes = msg.length / 2 || 16;
        const act = () => decrypted(transport, privateKey, fromHex(ct), keyBytes);
        if (result === 'valid' && msg !== '') {
          expect(act(), `tcId ${tcId}`).toBe(msg);
          counts.opened++;
        } else if (fromHex(ct).length !== 256 || codeOf(act) !== undefined) {
          expect(codeOf(act), `tcId ${tcId}`).toBe('peer.decrypt-failed');
          counts.refused++;
        } else {
          // Rejected without a word: a secret that is not in the padded octets.
          const encoded = privateKey.lend((key) =>
            toHex(privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, fromHex(ct))),
          );
          expect(encoded, `tcId ${tcId}`).not.toContain(act());
          counts[result === 'valid' ? 'empty' : 'rejected']++;
        }
      }
    }
    expect(counts).toEqual({ opened: 21, empty: 1, rejected: 10, refused: 4 });
    expect(counts.opened + counts.empty + counts.rejected + counts.refused).toBe(file.numberOfTests);
  });
});
