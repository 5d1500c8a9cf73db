import type { KeyObject, SignKeyObjectInput } from 'node:crypto';
import { verify as checkSignature, sign as computeSignature, constants } from 'node:crypto';
import type { SignatureAlgorithm } from '../algorithms/public-key.ts';
import { Fault } from '../base/fault.ts';
import type { PrivateKey, PublicKey } from './key.ts';

/**
 * Signs `bytes` (borrowed): the octets of a `ds:SignatureValue`, which are the caller's. ECDSA gives r || s, each as long
 * as the order of the curve (XML Signature 1.1 §6.4.3). Salt and nonce of RSASSA-PSS and ECDSA are OpenSSL's own.
 *
 * @throws Fault `caller.keys-invalid` the key is of another family, or not for signatures; `internal.crypto` the
 *   algorithm is not to be had.
 */
export function sign(algorithm: SignatureAlgorithm, key: PrivateKey, bytes: Uint8Array): Uint8Array {
  if (!isFor(algorithm, key)) {
    throw new Fault('caller.keys-invalid', { algorithm: algorithm.name, family: key.family, reason: 'uses' });
  }
  return key.lend((keyObject) => {
    try {
      return ownOctets(computeSignature(algorithm.hash, bytes, keyInput(algorithm, keyObject)));
    } catch (error) {
      throw new Fault('internal.crypto', { algorithm: algorithm.name }, error);
    }
  });
}

/**
 * Whether `signature` is one of `bytes` under `key`. Borrows both. A signature has exactly one length: the octets of the
 * modulus; r and s with the octets of the order each; 64 for Ed25519. DER is not taken.
 *
 * @throws Fault `peer.key-usage` the key is of another family, or not for signatures.
 */
export function verify(
  algorithm: SignatureAlgorithm,
  key: PublicKey,
  bytes: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (!isFor(algorithm, key)) {
    throw new Fault('peer.key-usage', { algorithm: algorithm.name, family: key.family });
  }
  if (signature.length !== signatureBytes(key)) return false;
  return key.lend((keyObject) => {
    try {
      return checkSignature(algorithm.hash, bytes, keyInput(algorithm, keyObject), signature);
    } catch {
      return false;
    }
  });
}

/** Octets of every signature under `key`. */
export function signatureBytes(key: PublicKey | PrivateKey): number {
  const bytes = Math.ceil(key.bits / 8);
  return key.family === 'rsa' ? bytes : 2 * bytes;
}

function isFor(algorithm: SignatureAlgorithm, key: PublicKey | PrivateKey): boolean {
  return key.family === algorithm.family && key.uses.has('signature');
}

function keyInput(algorithm: SignatureAlgorithm, key: KeyObject): SignKeyObjectInput {
  switch (algorithm.scheme) {
    case 'rsa-pkcs1':
      return { key, padding: constants.RSA_PKCS1_PADDING };
    case 'rsa-pss':
      // safety: an exact length; Node would otherwise find out the salt's length from the signature.
      return { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: algorithm.saltBytes };
    case 'ecdsa':
      return { key, dsaEncoding: 'ieee-p1363' };
    case 'eddsa':
      return { key };
  }
}

function ownOctets(octets: Uint8Array): Uint8Array {
  return new Uint8Array(octets);
}
