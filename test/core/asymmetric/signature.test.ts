import { createPublicKey, createVerify, sign as nodeSign } from 'node:crypto';
import { type PrivateKey, PublicKey, type SignatureAlgorithm } from '@parley/core';
import {
  rsaPssAlgorithm,
  SIGNATURE_ALGORITHMS,
  sign,
  signatureAlgorithm,
  signatureBytes,
  verify,
} from '@parley/core/internal';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { codeOf } from '../code-of.ts';
import { generateKeys, type KeyPair, PAIR_NAMES, type PairName } from '../key-pairs.ts';
import { anyOctets, fromHex, isUnshared, readVectors } from '../octets.ts';

interface WycheproofFile {
  readonly numberOfTests: number;
  readonly testGroups: readonly {
    readonly publicKeyDer: string;
    readonly tests: readonly {
      readonly tcId: number;
      readonly msg: string;
      readonly sig: string;
      readonly flags: readonly string[];
      readonly result: 'valid' | 'invalid' | 'acceptable';
    }[];
  }[];
}

const PAIRS = new Map<PairName, KeyPair>(PAIR_NAMES.map((name) => [name, generateKeys(name)]));
const COMBINATIONS = SIGNATURE_ALGORITHMS.flatMap((algorithm) =>
  PAIR_NAMES.filter((name) => PAIRS.get(name)?.publicKey.family === algorithm.family).map(
    (pairName) => ({ algorithm, pairName, name: algorithm.name }) as const,
  ),
);

function pair(name: PairName): KeyPair {
  return PAIRS.get(name) ?? generateKeys(name);
}

test.each(COMBINATIONS)('$name with $pairName verifies what it signed, and nothing else', ({ algorithm, pairName }) => {
  const { publicKey, privateKey } = pair(pairName);
  fc.assert(
    fc.property(anyOctets(200), fc.nat(), (bytes, position) => {
      const signature = sign(algorithm, privateKey, bytes);
      expect(signature).toHaveLength(signatureBytes(publicKey));
      expect(isUnshared(signature)).toBe(true);
      expect(verify(algorithm, publicKey, bytes, signature)).toBe(true);
      expect(verify(algorithm, publicKey, Uint8Array.of(...bytes, 0), signature)).toBe(false);
      const changed = signature.slice();
      changed[position % changed.length]! ^= 1 << (position & 7);
      expect(verify(algorithm, publicKey, bytes, changed)).toBe(false);
    }),
    { numRuns: 12 },
  );
});

test.each(COMBINATIONS)('$name with $pairName refuses every other length', ({ algorithm, pairName }) => {
  const { publicKey, privateKey } = pair(pairName);
  const bytes = new TextEncoder().encode('signed');
  const signature = sign(algorithm, privateKey, bytes);
  for (let lengthBytes = 0; lengthBytes < signature.length; lengthBytes += 7) {
    expect(verify(algorithm, publicKey, bytes, signature.subarray(0, lengthBytes))).toBe(false);
  }
  expect(verify(algorithm, publicKey, bytes, Uint8Array.of(0, ...signature))).toBe(false);
  expect(verify(algorithm, publicKey, bytes, Uint8Array.of(...signature, 0))).toBe(false);
});

test('T13: a key of another family is refused before anything is computed', () => {
  for (const { algorithm, pairName } of COMBINATIONS) {
    for (const other of PAIR_NAMES.filter((name) => pair(name).publicKey.family !== pair(pairName).publicKey.family)) {
      const { publicKey, privateKey } = pair(other);
      const signature = new Uint8Array(signatureBytes(publicKey));
      expect(codeOf(() => verify(algorithm, publicKey, signature, signature))).toBe('peer.key-usage');
      expect(codeOf(() => sign(algorithm, privateKey, signature))).toBe('caller.keys-invalid');
    }
  }
});

test('T41: a key for encryption does not sign, and verifies nothing', () => {
  const { publicKey, privateKey } = generateKeys('rsa', ['encryption', 'rsa-1_5']);
  const algorithm = signatureAlgorithm('rsa-sha256');
  expect(codeOf(() => sign(algorithm, privateKey, new Uint8Array(1)))).toBe('caller.keys-invalid');
  expect(codeOf(() => verify(algorithm, publicKey, new Uint8Array(1), new Uint8Array(256)))).toBe('peer.key-usage');
});

describe('T16: encodings', () => {
  const bytes = new TextEncoder().encode('signed');

  test('ECDSA in DER is not taken', () => {
    const { publicKey, privateKey } = pair('P-256');
    for (let attempt = 0; attempt < 20; attempt++) {
      const der = privateKey.lend((key) => nodeSign('sha256', bytes, { key, dsaEncoding: 'der' }));
      expect(publicKey.lend((key) => createVerify('sha256').update(bytes).verify(key, der))).toBe(true);
      expect(verify(signatureAlgorithm('ecdsa-sha256'), publicKey, bytes, der)).toBe(false);
    }
  });

  test('r or s of zero', () => {
    for (const pairName of ['P-256', 'P-384', 'P-521'] as const) {
      const { publicKey, privateKey } = pair(pairName);
      const signature = sign(signatureAlgorithm('ecdsa-sha512'), privateKey, bytes);
      const half = signature.length / 2;
      const rZero = signature.slice().fill(0, 0, half);
      const sZero = signature.slice().fill(0, half);
      for (const changed of [rZero, sZero, new Uint8Array(signature.length)]) {
        expect(verify(signatureAlgorithm('ecdsa-sha512'), publicKey, bytes, changed)).toBe(false);
      }
    }
  });

  test('a PSS salt of another length than the algorithm says', () => {
    const { publicKey, privateKey } = pair('rsa');
    const salts = [0, 20, 32].map((saltBytes) => rsaPssAlgorithm({ saltBytes }));
    for (const signedWith of salts) {
      const signature = sign(signedWith, privateKey, bytes);
      const taken = salts.filter((algorithm) => verify(algorithm, publicKey, bytes, signature));
      expect(taken).toEqual([signedWith]);
    }
  });

  test('PKCS #1 v1.5 and PSS do not stand for one another, nor one digest for the next', () => {
    const { publicKey, privateKey } = pair('rsa');
    const rsa = SIGNATURE_ALGORITHMS.filter(({ family }) => family === 'rsa');
    const same = (a: SignatureAlgorithm, b: SignatureAlgorithm) => a.scheme === b.scheme && a.hash === b.hash;
    for (const signedWith of rsa) {
      const signature = sign(signedWith, privateKey, bytes);
      for (const algorithm of rsa) {
        expect(verify(algorithm, publicKey, bytes, signature)).toBe(same(signedWith, algorithm));
      }
    }
  });
});

// RFC 8032 §7.1, tests 1 to 3: public key, message, signature.
test.each([
  [
    'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    '',
    'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  ],
  [
    '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    '72',
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  ],
  [
    'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
    'af82',
    '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
  ],
])('RFC 8032 Ed25519, public key %s', (x, message, signature) => {
  const key = createPublicKey({
    format: 'jwk',
    key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(x, 'hex').toString('base64url') },
  });
  const publicKey = PublicKey.read({ format: 'key-object', key }, { uses: ['signature'] });
  expect(verify(signatureAlgorithm('eddsa-ed25519'), publicKey, fromHex(message), fromHex(signature))).toBe(true);
});

describe('Wycheproof', () => {
  // What is only "acceptable" is an RSA signature whose DigestInfo lacks the NULL: it is refused.
  test.each([
    ['rsa_signature_2048_sha256', 'rsa-sha256', { taken: 6, refused: 129 }],
    ['rsa_signature_2048_sha512', 'rsa-sha512', { taken: 5, refused: 128 }],
    ['rsa_pss_2048_sha256_mgf1_32', 'sha256-rsa-MGF1', { taken: 32, refused: 23 }],
    ['ecdsa_secp256r1_sha256_p1363', 'ecdsa-sha256', { taken: 89, refused: 47 }],
    ['ecdsa_secp384r1_sha384_p1363', 'ecdsa-sha384', { taken: 99, refused: 46 }],
    ['ecdsa_secp521r1_sha512_p1363', 'ecdsa-sha512', { taken: 119, refused: 46 }],
  ])('%s', (name, algorithmName, expected) => {
    const algorithm = signatureAlgorithm(algorithmName);
    const file = readVectors<WycheproofFile>(`wycheproof/${name}_test.json`);
    const counts = { taken: 0, refused: 0 };
    for (const { publicKeyDer, tests } of file.testGroups) {
      const publicKey = PublicKey.read({ format: 'der', bytes: fromHex(publicKeyDer) }, { uses: ['signature'] });
      for (const { tcId, msg, sig, result, flags } of tests) {
        const isValid = verify(algorithm, publicKey, fromHex(msg), fromHex(sig));
        expect(isValid, `tcId ${tcId}`).toBe(result === 'valid');
        if (result === 'acceptable') expect(flags).toEqual(['MissingNull']);
        counts[isValid ? 'taken' : 'refused']++;
      }
    }
    expect(counts).toEqual(expected);
    expect(counts.taken + counts.refused).toBe(file.numberOfTests);
  });
});

test('only the key that signed verifies', () => {
  const algorithm = signatureAlgorithm('rsa-sha256');
  const bytes = new Uint8Array(10);
  const privateKey: PrivateKey = pair('rsa').privateKey;
  expect(verify(algorithm, generateKeys('rsa').publicKey, bytes, sign(algorithm, privateKey, bytes))).toBe(false);
});
