/**
 * Algorithm URI -> row. The URI is looked up once, at the door; below, code takes the row. Adding an algorithm is
 * adding a line here and its vectors. Those with public keys stand in `public-key-algorithms.ts`.
 */
import type { Kind } from '../options/kind.ts';
import { memberOf } from '../options/kind.ts';
import { AlgorithmTable, DSIG, DSIG_MORE, XENC, XENC11 } from './table.ts';

export type HashName = 'sha1' | 'sha256' | 'sha384' | 'sha512';

export interface DigestAlgorithm {
  readonly kind: 'digest';
  readonly name: HashName;
  readonly uri: string;
  readonly digestBytes: number;
}

export interface MacAlgorithm {
  readonly kind: 'mac';
  readonly name: `hmac-${HashName}`;
  readonly uri: string;
  readonly hash: HashName;
  /** Octets of a MAC; truncation does not exist here. */
  readonly macBytes: number;
  /** Block of the hash: keys are padded to it. */
  readonly blockBytes: number;
}

export type CipherName =
  | 'aes128-cbc'
  | 'aes192-cbc'
  | 'aes256-cbc'
  | 'aes128-gcm'
  | 'aes192-gcm'
  | 'aes256-gcm'
  | 'tripledes-cbc';

export interface CipherAlgorithm {
  readonly kind: 'cipher';
  readonly name: CipherName;
  readonly uri: string;
  readonly mode: 'cbc' | 'gcm';
  readonly keyBytes: number;
  readonly ivBytes: number;
  /** 0 for CBC. */
  readonly tagBytes: number;
  readonly blockBytes: number;
  /** What OpenSSL calls it. */
  readonly nodeName:
    | 'aes-128-cbc'
    | 'aes-192-cbc'
    | 'aes-256-cbc'
    | 'aes-128-gcm'
    | 'aes-192-gcm'
    | 'aes-256-gcm'
    | 'des-ede3-cbc';
}

const DIGESTS: AlgorithmTable<DigestAlgorithm> = new AlgorithmTable('digest', [
  { kind: 'digest', name: 'sha1', uri: `${DSIG}sha1`, digestBytes: 20 },
  { kind: 'digest', name: 'sha256', uri: `${XENC}sha256`, digestBytes: 32 },
  { kind: 'digest', name: 'sha384', uri: `${DSIG_MORE}sha384`, digestBytes: 48 },
  { kind: 'digest', name: 'sha512', uri: `${XENC}sha512`, digestBytes: 64 },
]);

const MACS: AlgorithmTable<MacAlgorithm> = new AlgorithmTable('mac', [
  { kind: 'mac', name: 'hmac-sha1', uri: `${DSIG}hmac-sha1`, hash: 'sha1', macBytes: 20, blockBytes: 64 },
  { kind: 'mac', name: 'hmac-sha256', uri: `${DSIG_MORE}hmac-sha256`, hash: 'sha256', macBytes: 32, blockBytes: 64 },
  { kind: 'mac', name: 'hmac-sha384', uri: `${DSIG_MORE}hmac-sha384`, hash: 'sha384', macBytes: 48, blockBytes: 128 },
  { kind: 'mac', name: 'hmac-sha512', uri: `${DSIG_MORE}hmac-sha512`, hash: 'sha512', macBytes: 64, blockBytes: 128 },
]);

function cbc(
  name: CipherName,
  nodeName: CipherAlgorithm['nodeName'],
  keyBytes: number,
  blockBytes: number,
): CipherAlgorithm {
  return {
    kind: 'cipher',
    name,
    uri: `${XENC}${name}`,
    mode: 'cbc',
    keyBytes,
    ivBytes: blockBytes,
    tagBytes: 0,
    blockBytes,
    nodeName,
  };
}

function gcm(name: CipherName, nodeName: CipherAlgorithm['nodeName'], keyBytes: number): CipherAlgorithm {
  return {
    kind: 'cipher',
    name,
    uri: `${XENC11}${name}`,
    mode: 'gcm',
    keyBytes,
    ivBytes: 12,
    tagBytes: 16,
    blockBytes: 16,
    nodeName,
  };
}

const CIPHERS: AlgorithmTable<CipherAlgorithm> = new AlgorithmTable('cipher', [
  cbc('aes128-cbc', 'aes-128-cbc', 16, 16),
  cbc('aes192-cbc', 'aes-192-cbc', 24, 16),
  cbc('aes256-cbc', 'aes-256-cbc', 32, 16),
  gcm('aes128-gcm', 'aes-128-gcm', 16),
  gcm('aes192-gcm', 'aes-192-gcm', 24),
  gcm('aes256-gcm', 'aes-256-gcm', 32),
  cbc('tripledes-cbc', 'des-ede3-cbc', 24, 8),
]);

/** Wraps a key with a key (XML Encryption §5.6). */
export interface KeyWrapAlgorithm {
  readonly kind: 'key-wrap';
  readonly name: KeyWrapName;
  readonly uri: string;
  /** Of the key that wraps. */
  readonly keyBytes: number;
  /** What OpenSSL calls it: of AES the wrapping itself (RFC 3394), of 3DES the cipher that RFC 3217 applies twice. */
  readonly nodeName: 'aes128-wrap' | 'aes192-wrap' | 'aes256-wrap' | 'des-ede3-cbc';
}

export type KeyWrapName = 'kw-aes128' | 'kw-aes192' | 'kw-aes256' | 'kw-tripledes';

const KEY_WRAPS: AlgorithmTable<KeyWrapAlgorithm> = new AlgorithmTable('keyWrap', [
  { kind: 'key-wrap', name: 'kw-aes128', uri: `${XENC}kw-aes128`, keyBytes: 16, nodeName: 'aes128-wrap' },
  { kind: 'key-wrap', name: 'kw-aes192', uri: `${XENC}kw-aes192`, keyBytes: 24, nodeName: 'aes192-wrap' },
  { kind: 'key-wrap', name: 'kw-aes256', uri: `${XENC}kw-aes256`, keyBytes: 32, nodeName: 'aes256-wrap' },
  { kind: 'key-wrap', name: 'kw-tripledes', uri: `${XENC}kw-tripledes`, keyBytes: 24, nodeName: 'des-ede3-cbc' },
]);

/** All digest rows, weakest first. */
export const DIGEST_ALGORITHMS: readonly DigestAlgorithm[] = DIGESTS.rows;
/** All MAC rows, weakest first. */
export const MAC_ALGORITHMS: readonly MacAlgorithm[] = MACS.rows;
/** All cipher rows. */
export const CIPHER_ALGORITHMS: readonly CipherAlgorithm[] = CIPHERS.rows;
/** All key wrap rows. */
export const KEY_WRAP_ALGORITHMS: readonly KeyWrapAlgorithm[] = KEY_WRAPS.rows;

/** What callers may name them. */
export const DIGEST_ALGORITHM: Kind<string> = DIGESTS.named;
export const MAC_ALGORITHM: Kind<string> = MACS.named;
export const CIPHER_ALGORITHM: Kind<string> = CIPHERS.named;
export const KEY_WRAP_ALGORITHM: Kind<string> = KEY_WRAPS.named;

export const DIGEST_ROW: Kind<DigestAlgorithm> = memberOf(DIGESTS.rows, 'what digestAlgorithm gives');

/** The row of a digest, by URI or short name. @throws Fault `caller.option-invalid` */
export function digestAlgorithm(uriOrName: string): DigestAlgorithm {
  return DIGESTS.row(uriOrName);
}

/** The row of a MAC, by URI or short name. @throws Fault `caller.option-invalid` */
export function macAlgorithm(uriOrName: string): MacAlgorithm {
  return MACS.row(uriOrName);
}

/** The row of a cipher, by URI or short name. @throws Fault `caller.option-invalid` */
export function cipherAlgorithm(uriOrName: string): CipherAlgorithm {
  return CIPHERS.row(uriOrName);
}

/** The row of a key wrap, by URI or short name. @throws Fault `caller.option-invalid` */
export function keyWrapAlgorithm(uriOrName: string): KeyWrapAlgorithm {
  return KEY_WRAPS.row(uriOrName);
}
