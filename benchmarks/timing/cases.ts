/** Pairs of inputs whose times must not differ, and pairs whose times may: through the public functions of core. */
import {
  constants,
  createCipheriv,
  generateKeyPairSync,
  publicEncrypt,
  randomBytes,
  randomFillSync,
} from 'node:crypto';
import { PrivateKey, PublicKey } from '@parley/core';
import type { KeyTransport } from '@parley/core/internal';
import {
  cipherAlgorithm,
  decrypt,
  decryptKey,
  encryptKey,
  keyTransport,
  keyTransportAlgorithm,
} from '@parley/core/internal';

export interface TimingCase {
  readonly name: string;
  readonly left: string;
  readonly right: string;
  /** Whether an attacker who can tell the two apart gains something. */
  readonly mustBeEqual: boolean;
  /** Inputs of each kind, many of them: one input's own time must not stand for its kind. */
  readonly inputs: readonly [readonly Uint8Array[], readonly Uint8Array[]];
  readonly run: (input: Uint8Array) => void;
}

/** Of each kind. */
export const INPUTS = 64;
const MODULUS_BYTES = 256;
const KEY_BYTES = 32;

const pair = generateKeyPairSync('rsa', { modulusLength: 8 * MODULUS_BYTES });
const RULES = { uses: ['encryption', 'rsa-1_5'] } as const;
const publicKey: PublicKey = PublicKey.read({ format: 'key-object', key: pair.publicKey }, RULES);
const privateKey: PrivateKey = PrivateKey.read({ format: 'key-object', key: pair.privateKey }, RULES);

/** All cases. */
export function timingCases(): readonly TimingCase[] {
  const bothByUs = keyTransport(keyTransportAlgorithm('rsa-oaep-mgf1p'), { hash: 'sha256' });
  const byOpenSsl = keyTransport(keyTransportAlgorithm('rsa-oaep'), { hash: 'sha256', maskHash: 'sha256' });
  return [
    ...oaepCases('OAEP, our decoding', bothByUs),
    ...oaepCases("OAEP, OpenSSL's decoding", byOpenSsl),
    ...rsa15Cases(),
    ...cbcCases(),
  ];
}

function oaepCases(name: string, transport: KeyTransport): readonly TimingCase[] {
  const other = { hash: 'sha256', maskHash: transport.oaep?.maskHash, label: Uint8Array.of(1) } as const;
  const otherLabel = keyTransport(keyTransportAlgorithm('rsa-oaep'), other);
  const good = many(() => encryptKey(transport, publicKey, randomBytes(KEY_BYTES), randomFillSync));
  const wrongLabel = many(() => encryptKey(otherLabel, publicKey, randomBytes(KEY_BYTES), randomFillSync));
  // Below any modulus, but not below 256^255: decoded, the first octet is not 0.
  const firstOctet = many(() => encryptRaw(Uint8Array.of(1, ...randomBytes(MODULUS_BYTES - 1))));
  const run = attempt((input) => decryptKey(transport, privateKey, input, KEY_BYTES));
  return [
    {
      name,
      left: 'first octet not 0',
      right: 'another label',
      mustBeEqual: true,
      inputs: [firstOctet, wrongLabel],
      run,
    },
    { name, left: 'good', right: 'another label', mustBeEqual: false, inputs: [good, wrongLabel], run },
  ];
}

function rsa15Cases(): readonly TimingCase[] {
  const transport = keyTransport(keyTransportAlgorithm('rsa-1_5'));
  const padded = (...changes: readonly (readonly [at: number, octet: number])[]): readonly Uint8Array[] =>
    many(() => {
      const encoded = new Uint8Array(randomBytes(MODULUS_BYTES)).map((octet) => octet || 1);
      encoded.set([0, 2]);
      encoded[MODULUS_BYTES - KEY_BYTES - 1] = 0;
      for (const [at, octet] of changes) encoded[at] = octet;
      return encryptRaw(encoded);
    });
  const good = padded();
  const run = attempt((input) => decryptKey(transport, privateKey, input, KEY_BYTES));
  const bad = [
    ['not 00 02', padded([1, 1])],
    ['a key of another length', padded([100, 0])],
    ['filler too short', padded([5, 0])],
  ] as const;
  return bad.map(([right, inputs]) => ({
    name: 'RSA 1.5',
    left: 'good',
    right,
    mustBeEqual: true,
    inputs: [good, inputs],
    run,
  }));
}

function cbcCases(): readonly TimingCase[] {
  const algorithm = cipherAlgorithm('aes256-cbc');
  const key = randomBytes(KEY_BYTES);
  const ending = (octet: number): readonly Uint8Array[] =>
    many(() => {
      const iv = randomBytes(algorithm.ivBytes);
      const blocks = randomBytes(1024);
      blocks[blocks.length - 1] = octet;
      const cipher = createCipheriv(algorithm.nodeName, key, iv).setAutoPadding(false);
      return new Uint8Array(Buffer.concat([iv, cipher.update(blocks), cipher.final()]));
    });
  const run = attempt((input) => decrypt(algorithm, key, input));
  return [
    { name: 'CBC', left: 'padding 0', right: 'padding 200', mustBeEqual: true, inputs: [ending(0), ending(200)], run },
    { name: 'CBC', left: 'padding 1', right: 'padding 16', mustBeEqual: true, inputs: [ending(1), ending(16)], run },
    { name: 'CBC', left: 'good', right: 'padding 0', mustBeEqual: false, inputs: [ending(8), ending(0)], run },
  ];
}

function attempt(act: (input: Uint8Array) => unknown): (input: Uint8Array) => void {
  return (input) => {
    try {
      act(input);
    } catch {
      // Refused: its time counts all the same.
    }
  };
}

function encryptRaw(encoded: Uint8Array): Uint8Array {
  // A modulus of 2048 bits is above 2^2047, which the first octets here stay below.
  return publicEncrypt({ key: pair.publicKey, padding: constants.RSA_NO_PADDING }, encoded);
}

function many(make: () => Uint8Array): readonly Uint8Array[] {
  return Array.from({ length: INPUTS }, make);
}
