/** Algorithm URI -> row, for signatures and key transport with public keys. The style is that of `algorithms.ts`. */

import { Fault } from '../base/fault.ts';
import type { Kind } from '../options/kind.ts';
import type { HashName } from './symmetric.ts';
import { digestAlgorithm } from './symmetric.ts';
import { AlgorithmTable, DSIG, DSIG_MORE, DSIG_MORE_2007, DSIG_MORE_2021, XENC, XENC11 } from './table.ts';

/** What a public key computes with. A key has one family, an algorithm takes one. */
export type KeyFamily = 'rsa' | 'ec' | 'ed25519';

/** Signatures with public keys, by short name. */
export type SignatureName =
  | `rsa-${HashName}`
  | 'rsa-pss'
  | `${Exclude<HashName, 'sha1'>}-rsa-MGF1`
  | `ecdsa-${HashName}`
  | 'eddsa-ed25519';

export type SignatureScheme = 'rsa-pkcs1' | 'rsa-pss' | 'ecdsa' | 'eddsa';

export interface SignatureAlgorithm {
  readonly kind: 'signature';
  readonly name: SignatureName;
  readonly uri: string;
  readonly family: KeyFamily;
  readonly scheme: SignatureScheme;
  /** `undefined` for Ed25519, which has its own. */
  readonly hash: HashName | undefined;
  /** Of RSASSA-PSS, exactly; 0 for the others. */
  readonly saltBytes: number;
}

/** `pss:RSAPSSParams` (RFC 9231 §2.3.9), read. What is left out has the default of the RFC. */
export interface PssParameters {
  /** SHA-256 when left out. */
  readonly hash?: HashName | undefined;
  /** Of MGF1; the digest when left out. */
  readonly maskHash?: HashName | undefined;
  /** The length of the digest when left out. */
  readonly saltBytes?: number | undefined;
  /** 1 when left out. */
  readonly trailerField?: number | undefined;
}

export interface KeyTransportAlgorithm {
  readonly kind: 'key-transport';
  readonly name: KeyTransportName;
  readonly uri: string;
  readonly padding: 'oaep' | 'pkcs1';
  /** The one hash of MGF1; `undefined` where the message chooses. */
  readonly maskHash: HashName | undefined;
}

export type KeyTransportName = 'rsa-oaep-mgf1p' | 'rsa-oaep' | 'rsa-1_5';

export interface MaskAlgorithm {
  readonly kind: 'mask';
  readonly name: `mgf1${HashName}`;
  readonly uri: string;
  readonly hash: HashName;
}

function rsaPkcs1(hash: HashName, uriStart: string): SignatureAlgorithm {
  const name = `rsa-${hash}` as const;
  return { kind: 'signature', name, uri: uriStart + name, family: 'rsa', scheme: 'rsa-pkcs1', hash, saltBytes: 0 };
}

function rsaPss(name: SignatureName, hash: HashName, saltBytes: number): SignatureAlgorithm {
  return {
    kind: 'signature',
    name,
    uri: DSIG_MORE_2007 + name,
    family: 'rsa',
    scheme: 'rsa-pss',
    hash,
    saltBytes,
  };
}

function ecdsa(hash: HashName): SignatureAlgorithm {
  const name = `ecdsa-${hash}` as const;
  return { kind: 'signature', name, uri: DSIG_MORE + name, family: 'ec', scheme: 'ecdsa', hash, saltBytes: 0 };
}

const SIGNATURES: AlgorithmTable<SignatureAlgorithm> = new AlgorithmTable(
  'signature',
  [
    rsaPkcs1('sha1', DSIG),
    rsaPkcs1('sha256', DSIG_MORE),
    rsaPkcs1('sha384', DSIG_MORE),
    rsaPkcs1('sha512', DSIG_MORE),
    // With its defaults; with other parameters, see rsaPssAlgorithm.
    rsaPss('rsa-pss', 'sha256', 32),
    rsaPss('sha256-rsa-MGF1', 'sha256', 32),
    rsaPss('sha384-rsa-MGF1', 'sha384', 48),
    rsaPss('sha512-rsa-MGF1', 'sha512', 64),
    ecdsa('sha1'),
    ecdsa('sha256'),
    ecdsa('sha384'),
    ecdsa('sha512'),
    {
      kind: 'signature',
      name: 'eddsa-ed25519',
      uri: `${DSIG_MORE_2021}eddsa-ed25519`,
      family: 'ed25519',
      scheme: 'eddsa',
      hash: undefined,
      saltBytes: 0,
    },
  ],
  'rsa-pss-sha384',
  'rsa-pss-sha512',
);

const KEY_TRANSPORTS: AlgorithmTable<KeyTransportAlgorithm> = new AlgorithmTable('transport', [
  { kind: 'key-transport', name: 'rsa-1_5', uri: `${XENC}rsa-1_5`, padding: 'pkcs1', maskHash: undefined },
  { kind: 'key-transport', name: 'rsa-oaep-mgf1p', uri: `${XENC}rsa-oaep-mgf1p`, padding: 'oaep', maskHash: 'sha1' },
  { kind: 'key-transport', name: 'rsa-oaep', uri: `${XENC11}rsa-oaep`, padding: 'oaep', maskHash: undefined },
]);

const MASKS: AlgorithmTable<MaskAlgorithm> = new AlgorithmTable('mask', [
  { kind: 'mask', name: 'mgf1sha1', uri: `${XENC11}mgf1sha1`, hash: 'sha1' },
  { kind: 'mask', name: 'mgf1sha256', uri: `${XENC11}mgf1sha256`, hash: 'sha256' },
  { kind: 'mask', name: 'mgf1sha384', uri: `${XENC11}mgf1sha384`, hash: 'sha384' },
  { kind: 'mask', name: 'mgf1sha512', uri: `${XENC11}mgf1sha512`, hash: 'sha512' },
]);

/** All rows of signatures with public keys, weakest first in each family. */
export const SIGNATURE_ALGORITHMS: readonly SignatureAlgorithm[] = SIGNATURES.rows;
/** All key transport rows, weakest first. */
export const KEY_TRANSPORT_ALGORITHMS: readonly KeyTransportAlgorithm[] = KEY_TRANSPORTS.rows;
/** All mask generation functions, weakest first. */
export const MASK_ALGORITHMS: readonly MaskAlgorithm[] = MASKS.rows;

/** What callers may name them. */
export const SIGNATURE_ALGORITHM: Kind<string> = SIGNATURES.named;
export const KEY_TRANSPORT_ALGORITHM: Kind<string> = KEY_TRANSPORTS.named;

/**
 * The row of a signature with a public key, by URI or short name; `rsa-pss-sha384` and `rsa-pss-sha512` are `#rsa-pss` with that
 * digest.
 * @throws Fault `caller.option-invalid`
 */
export function signatureAlgorithm(uriOrName: string): SignatureAlgorithm {
  if (uriOrName === 'rsa-pss-sha384') return rsaPssAlgorithm({ hash: 'sha384' });
  if (uriOrName === 'rsa-pss-sha512') return rsaPssAlgorithm({ hash: 'sha512' });
  return SIGNATURES.row(uriOrName);
}

/** The row of a key transport, by URI or short name. @throws Fault `caller.option-invalid` */
export function keyTransportAlgorithm(uriOrName: string): KeyTransportAlgorithm {
  return KEY_TRANSPORTS.row(uriOrName);
}

/** The row of a mask generation function, by URI or short name. @throws Fault `caller.option-invalid` */
export function maskAlgorithm(uriOrName: string): MaskAlgorithm {
  return MASKS.row(uriOrName);
}

/**
 * The row of `#rsa-pss` with these parameters.
 *
 * @throws Fault `peer.alg-forbidden` MGF1 with another digest than the message has (Node cannot, and no peer writes it),
 *   SHA-1, a salt longer than the digest (FIPS 186-5 §5.4), or another trailer.
 */
export function rsaPssAlgorithm(parameters: PssParameters): SignatureAlgorithm {
  const hash = parameters.hash ?? 'sha256';
  const { maskHash = hash, trailerField = 1 } = parameters;
  const { digestBytes } = digestAlgorithm(hash);
  const saltBytes = parameters.saltBytes ?? digestBytes;
  const isSalt = Number.isInteger(saltBytes) && saltBytes >= 0 && saltBytes <= digestBytes;
  if (hash === 'sha1' || maskHash !== hash || trailerField !== 1 || !isSalt) {
    throw new Fault('peer.alg-forbidden', { algorithm: 'rsa-pss', hash, maskHash, saltBytes, trailerField });
  }
  return Object.freeze(rsaPss('rsa-pss', hash, saltBytes));
}
