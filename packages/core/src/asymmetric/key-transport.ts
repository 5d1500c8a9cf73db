/** Key transport with RSA (XML Encryption 1.1 §5.5): a session key encrypted to a public key. */
import { constants, privateDecrypt, publicEncrypt } from 'node:crypto';
import type { KeyTransportAlgorithm } from '../algorithms/public-key.ts';
import type { HashName } from '../algorithms/symmetric.ts';
import { Fault } from '../base/fault.ts';
import { invariant } from '../base/invariant.ts';
import { Secret } from '../base/secret.ts';
import { implicitKey } from './implicit-rejection.ts';
import type { PrivateKey, PublicKey } from './key.ts';
import type { OaepParameters } from './oaep.ts';
import { decodeOaep, encodeOaep, oaepOverheadBytes } from './oaep.ts';

/** An `xenc:EncryptionMethod` of key transport, complete. Only {@link keyTransport} makes one. */
export interface KeyTransport {
  readonly algorithm: KeyTransportAlgorithm;
  /** `undefined` for `rsa-1_5`, which has no parameters. */
  readonly oaep: OaepParameters | undefined;
}

/** What an `xenc:EncryptionMethod` says beside its algorithm; each part may be left out. */
export interface KeyTransportParameters {
  /** `ds:DigestMethod`: SHA-1 when left out. */
  readonly hash?: HashName | undefined;
  /** `xenc11:MGF`: SHA-1 when left out; `rsa-oaep-mgf1p` has no other. */
  readonly maskHash?: HashName | undefined;
  /** `xenc:OAEPparams`, decoded; empty when left out. Borrowed for as long as the result lives. */
  readonly label?: Uint8Array | undefined;
}

// Peers send none. The longest that the specification's own samples have is 20.
const LABEL_BYTES_MAX = 256;
const PKCS1_OVERHEAD_BYTES = 11;
const NO_LABEL = new Uint8Array(0);

/**
 * `algorithm` with its parameters, and their defaults.
 *
 * @throws Fault `peer.alg-forbidden` a parameter that the algorithm has not, or a label above 256 octets.
 */
export function keyTransport(algorithm: KeyTransportAlgorithm, parameters: KeyTransportParameters = {}): KeyTransport {
  const { hash = 'sha1', maskHash = 'sha1', label = NO_LABEL } = parameters;
  const isPlain = Object.values(parameters).every((value) => value === undefined);
  const isAllowed =
    algorithm.padding === 'pkcs1' ? isPlain : algorithm.maskHash === undefined || maskHash === algorithm.maskHash;
  if (!isAllowed || label.length > LABEL_BYTES_MAX) {
    throw new Fault('peer.alg-forbidden', { algorithm: algorithm.name, hash, maskHash, labelBytes: label.length });
  }
  return { algorithm, oaep: algorithm.padding === 'pkcs1' ? undefined : { hash, maskHash, label } };
}

/**
 * Encrypts `key` (borrowed): the octets of a `xenc:CipherValue`, as long as the modulus; they are the caller's. All chance
 * comes from `fillRandom`.
 *
 * @throws Fault `caller.keys-invalid` the public key is not RSA, or not for this; `caller.input-invalid` the key is empty
 *   or does not fit the modulus.
 */
export function encryptKey(
  transport: KeyTransport,
  publicKey: PublicKey,
  key: Uint8Array,
  fillRandom: (out: Uint8Array) => void,
): Uint8Array {
  if (!isFor(transport, publicKey)) {
    throw new Fault('caller.keys-invalid', { algorithm: transport.algorithm.name, reason: 'uses' });
  }
  const { oaep } = transport;
  const modulusBytes = modulusBytesOf(publicKey);
  const keyBytesMax = modulusBytes - (oaep === undefined ? PKCS1_OVERHEAD_BYTES : oaepOverheadBytes(oaep));
  if (key.length === 0 || key.length > keyBytesMax) {
    throw new Fault('caller.input-invalid', { keyBytes: key.length, keyBytesMax });
  }
  const encoded =
    oaep === undefined ? encodePkcs1(key, modulusBytes, fillRandom) : encodeOaep(oaep, key, modulusBytes, fillRandom);
  const encrypted = publicKey.lend((keyObject) =>
    publicEncrypt({ key: keyObject, padding: constants.RSA_NO_PADDING }, encoded),
  );
  encoded.fill(0);
  return new Uint8Array(encrypted);
}

/**
 * Decrypts what {@link encryptKey} makes. Borrows `encrypted`; the secret is the caller's.
 *
 * `keyBytes` is how long the key must be, if the use of it says so; `rsa-1_5` cannot do without. There, implicit rejection
 * holds: octets that are not well padded, or hold a key of another length, give a secret all the same, made of the private
 * key and of `encrypted`, always the same and known to nobody. What is encrypted with it then fails like any changed message.
 *
 * @throws Fault `peer.alg-forbidden` the private key is not for `rsa-1_5`; `peer.key-usage` it is not RSA;
 *   `caller.keys-invalid` it was not read for encryption; `caller.input-invalid` no `keyBytes`, or more than fit; `peer.decrypt-failed` anything else, always the same.
 */
export function decryptKey(
  transport: KeyTransport,
  privateKey: PrivateKey,
  encrypted: Uint8Array,
  keyBytes: number | undefined,
): Secret {
  const { algorithm, oaep } = transport;
  if (!isFor(transport, privateKey)) {
    const { family } = privateKey;
    if (family !== 'rsa') throw new Fault('peer.key-usage', { algorithm: algorithm.name, family });
    if (oaep === undefined) throw new Fault('peer.alg-forbidden', { algorithm: algorithm.name, family });
    throw new Fault('caller.keys-invalid', { reason: 'a private key that was not read for encryption' });
  }
  if (encrypted.length !== modulusBytesOf(privateKey)) throw new Fault('peer.decrypt-failed');
  if (oaep === undefined) return decryptPkcs1(privateKey, encrypted, keyBytes);
  const key = decryptOaep(oaep, privateKey, encrypted);
  if (key === undefined) throw new Fault('peer.decrypt-failed');
  try {
    if (key.length === 0 || (keyBytes !== undefined && key.length !== keyBytes)) throw new Fault('peer.decrypt-failed');
    return Secret.copyOf(key);
  } finally {
    key.fill(0);
  }
}

function decryptOaep(oaep: OaepParameters, privateKey: PrivateKey, encrypted: Uint8Array): Uint8Array | undefined {
  // Node sets both hashes at once.
  if (oaep.hash !== oaep.maskHash) {
    const encoded = decryptRaw(privateKey, encrypted);
    return encoded === undefined ? undefined : decodeOaep(oaep, encoded);
  }
  const padding = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: oaep.hash, oaepLabel: oaep.label };
  return privateKey.lend((key) => {
    try {
      return privateDecrypt({ key, ...padding }, encrypted);
    } catch {
      return undefined;
    }
  });
}

function decryptPkcs1(privateKey: PrivateKey, encrypted: Uint8Array, keyBytes: number | undefined): Secret {
  const keyBytesMax = encrypted.length - PKCS1_OVERHEAD_BYTES;
  if (keyBytes === undefined || !Number.isInteger(keyBytes) || keyBytes < 1 || keyBytes > keyBytesMax) {
    throw new Fault('caller.input-invalid', { keyBytes: keyBytes ?? 'none', keyBytesMax });
  }
  const { rejectionSecret } = privateKey;
  invariant(rejectionSecret !== undefined, 'a key for rsa-1_5 has a rejection secret');
  // Node's own PKCS #1 decryption is switched off in 20, and differs from release to release.
  const encoded = decryptRaw(privateKey, encrypted);
  if (encoded === undefined) throw new Fault('peer.decrypt-failed');
  return Secret.filledBy(keyBytes, (out) => {
    implicitKey(rejectionSecret, encrypted, out);
    copyFromPkcs1(encoded, out);
    encoded.fill(0);
  });
}

// EME-PKCS1-v1_5 (RFC 8017 §7.2.2): 00 02, at least 8 octets other than 0, 00, key. If `encoded` holds a key of
// exactly the length of `out`, copies it there; otherwise leaves `out` as it is.
// safety: no branch and no index depends on what the octets are.
function copyFromPkcs1(encoded: Uint8Array, out: Uint8Array): void {
  const keyStart = encoded.length - out.length;
  let wrong = encoded[0]! | (encoded[1]! ^ 2) | encoded[keyStart - 1]!;
  for (let i = 2; i < keyStart - 1; i++) wrong |= (encoded[i]! - 1) >>> 8;
  const keep = -wrong >> 31; // all ones, or none
  for (let i = 0; i < out.length; i++) out[i] = (out[i]! & keep) | (encoded[keyStart + i]! & ~keep);
}

function encodePkcs1(key: Uint8Array, modulusBytes: number, fillRandom: (out: Uint8Array) => void): Uint8Array {
  const encoded = new Uint8Array(modulusBytes);
  encoded[1] = 2;
  const filler = encoded.subarray(2, modulusBytes - key.length - 1);
  fillRandom(filler);
  for (let i = 0; i < filler.length; i++) {
    for (let attempt = 0; filler[i] === 0; attempt++) {
      invariant(attempt < 64, 'chance does not give zeros only');
      fillRandom(filler.subarray(i, i + 1));
    }
  }
  encoded.set(key, modulusBytes - key.length);
  return encoded;
}

// The octets of RSADP, as many as the modulus has; `undefined` for what is no number below the modulus.
function decryptRaw(privateKey: PrivateKey, encrypted: Uint8Array): Uint8Array | undefined {
  return privateKey.lend((key) => {
    try {
      return privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, encrypted);
    } catch {
      return undefined;
    }
  });
}

function isFor({ oaep }: KeyTransport, key: PublicKey | PrivateKey): boolean {
  return key.family === 'rsa' && key.uses.has(oaep === undefined ? 'rsa-1_5' : 'encryption');
}

function modulusBytesOf(key: PublicKey | PrivateKey): number {
  return Math.ceil(key.bits / 8);
}
