/**
 * Algorithm URI -> row. The URI is looked up once, at the door; below, code takes the row. Adding an algorithm is
 * adding a line here and its vectors.
 */
import { Fault } from './fault.ts';

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

const DSIG = 'http://www.w3.org/2000/09/xmldsig#';
const DSIG_MORE = 'http://www.w3.org/2001/04/xmldsig-more#';
const XENC = 'http://www.w3.org/2001/04/xmlenc#';
const XENC11 = 'http://www.w3.org/2009/xmlenc11#';

const DIGESTS: readonly DigestAlgorithm[] = [
  { kind: 'digest', name: 'sha1', uri: `${DSIG}sha1`, digestBytes: 20 },
  { kind: 'digest', name: 'sha256', uri: `${XENC}sha256`, digestBytes: 32 },
  { kind: 'digest', name: 'sha384', uri: `${DSIG_MORE}sha384`, digestBytes: 48 },
  { kind: 'digest', name: 'sha512', uri: `${XENC}sha512`, digestBytes: 64 },
];

const MACS: readonly MacAlgorithm[] = [
  { kind: 'mac', name: 'hmac-sha1', uri: `${DSIG}hmac-sha1`, hash: 'sha1', macBytes: 20, blockBytes: 64 },
  { kind: 'mac', name: 'hmac-sha256', uri: `${DSIG_MORE}hmac-sha256`, hash: 'sha256', macBytes: 32, blockBytes: 64 },
  { kind: 'mac', name: 'hmac-sha384', uri: `${DSIG_MORE}hmac-sha384`, hash: 'sha384', macBytes: 48, blockBytes: 128 },
  { kind: 'mac', name: 'hmac-sha512', uri: `${DSIG_MORE}hmac-sha512`, hash: 'sha512', macBytes: 64, blockBytes: 128 },
];

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

const CIPHERS: readonly CipherAlgorithm[] = [
  cbc('aes128-cbc', 'aes-128-cbc', 16, 16),
  cbc('aes192-cbc', 'aes-192-cbc', 24, 16),
  cbc('aes256-cbc', 'aes-256-cbc', 32, 16),
  gcm('aes128-gcm', 'aes-128-gcm', 16),
  gcm('aes192-gcm', 'aes-192-gcm', 24),
  gcm('aes256-gcm', 'aes-256-gcm', 32),
  cbc('tripledes-cbc', 'des-ede3-cbc', 24, 8),
];

// A Map, not an object: no message may name a property.
const DIGEST_BY_KEY: ReadonlyMap<string, DigestAlgorithm> = byUriAndName(DIGESTS);
const MAC_BY_KEY: ReadonlyMap<string, MacAlgorithm> = byUriAndName(MACS);
const CIPHER_BY_KEY: ReadonlyMap<string, CipherAlgorithm> = byUriAndName(CIPHERS);

/** All digest rows, weakest first. */
export const DIGEST_ALGORITHMS: readonly DigestAlgorithm[] = Object.freeze(DIGESTS);
/** All MAC rows, weakest first. */
export const MAC_ALGORITHMS: readonly MacAlgorithm[] = Object.freeze(MACS);
/** All cipher rows. */
export const CIPHER_ALGORITHMS: readonly CipherAlgorithm[] = Object.freeze(CIPHERS);

/** The row of a digest, by URI or short name. @throws Fault `peer.alg-forbidden` */
export function digestAlgorithm(uriOrName: string): DigestAlgorithm {
  return rowOf(DIGEST_BY_KEY, uriOrName);
}

/** The row of a MAC, by URI or short name. @throws Fault `peer.alg-forbidden` */
export function macAlgorithm(uriOrName: string): MacAlgorithm {
  return rowOf(MAC_BY_KEY, uriOrName);
}

/** The row of a cipher, by URI or short name. @throws Fault `peer.alg-forbidden` */
export function cipherAlgorithm(uriOrName: string): CipherAlgorithm {
  return rowOf(CIPHER_BY_KEY, uriOrName);
}

function byUriAndName<Row extends { readonly uri: string; readonly name: string }>(
  rows: readonly Row[],
): ReadonlyMap<string, Row> {
  return new Map(
    rows.flatMap(
      (row) =>
        [
          [row.uri, Object.freeze(row)],
          [row.name, row],
        ] as const,
    ),
  );
}

function rowOf<Row>(table: ReadonlyMap<string, Row>, uriOrName: string): Row {
  const row = table.get(uriOrName);
  if (row === undefined) throw new Fault('peer.alg-forbidden', { algorithm: uriOrName.slice(0, 128) });
  return row;
}
