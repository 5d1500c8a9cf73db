/** SEQUENCE { what is signed, its algorithm, the signature }: the frame of certificates and revocation lists. */
import type { KeyObject } from 'node:crypto';
import { constants, verify } from 'node:crypto';
import type { SignatureAlgorithm } from '../algorithms/public-key.ts';
import { signatureAlgorithm } from '../algorithms/public-key.ts';
import { DerReader, malformed, TAG } from './der.ts';

export interface SignedStructure {
  /** Whole element, as it was signed. */
  readonly signed: Uint8Array;
  /** AlgorithmIdentifier, whole; the signed part holds the same once more. */
  readonly algorithm: Uint8Array;
  readonly signature: Uint8Array;
}

// Object identifier -> row, and whether the parameters are NULL (RSA) or absent (RFC 4055 §5, RFC 5758 §3.2, RFC 8410 §3).
const ALGORITHMS: ReadonlyMap<string, SignatureAlgorithm> = new Map([
  ['1.2.840.113549.1.1.5', signatureAlgorithm('rsa-sha1')],
  ['1.2.840.113549.1.1.11', signatureAlgorithm('rsa-sha256')],
  ['1.2.840.113549.1.1.12', signatureAlgorithm('rsa-sha384')],
  ['1.2.840.113549.1.1.13', signatureAlgorithm('rsa-sha512')],
  ['1.2.840.10045.4.1', signatureAlgorithm('ecdsa-sha1')],
  ['1.2.840.10045.4.3.2', signatureAlgorithm('ecdsa-sha256')],
  ['1.2.840.10045.4.3.3', signatureAlgorithm('ecdsa-sha384')],
  ['1.2.840.10045.4.3.4', signatureAlgorithm('ecdsa-sha512')],
  ['1.3.101.112', signatureAlgorithm('eddsa-ed25519')],
]);

/** Reads the frame, and nothing behind it. @throws Fault `peer.certificate-malformed` */
export function readSignedStructure(der: Uint8Array): SignedStructure {
  const outer = new DerReader(der);
  const frame = outer.inside(TAG.sequence);
  outer.expectEnd();
  const signed = frame.element(TAG.sequence);
  const algorithm = frame.element(TAG.sequence);
  const signature = frame.bitStringOctets();
  frame.expectEnd();
  return { signed, algorithm, signature };
}

/** The row of the structure's algorithm; `undefined` for one that we do not know. */
export function structureAlgorithm({ algorithm }: SignedStructure): SignatureAlgorithm | undefined {
  const identifier = new DerReader(algorithm).inside(TAG.sequence);
  const row = ALGORITHMS.get(identifier.objectIdentifier());
  if (row?.family === 'rsa') {
    if (identifier.content(TAG.null).length > 0) throw malformed('algorithm');
    identifier.expectEnd();
  }
  return row !== undefined && identifier.isAtEnd ? row : undefined;
}

/** Whether `key` made the signature. Not {@link verify} of messages: ECDSA is DER in certificates. */
export function isSignedBy(structure: SignedStructure, row: SignatureAlgorithm, key: KeyObject): boolean {
  const padding = row.family === 'rsa' ? { padding: constants.RSA_PKCS1_PADDING } : {};
  try {
    return verify(row.hash, structure.signed, { key, ...padding }, structure.signature);
  } catch {
    return false;
  }
}
