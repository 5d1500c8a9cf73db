/** WS-SecurityPolicy algorithm suites (§7.4), those of CXF with GCM, and sets of one's own. */

import { Fault } from '../base/fault.ts';
import { got } from '../base/got.ts';
import type { Kind } from '../options/kind.ts';
import { isObject, listOf, oneOf, optional, requireKind, TEXT, whole } from '../options/kind.ts';
import { shapeOf } from '../options/shape.ts';
import type { KeyTransportAlgorithm, SignatureAlgorithm } from './public-key.ts';
import {
  KEY_TRANSPORT_ALGORITHM,
  keyTransportAlgorithm,
  SIGNATURE_ALGORITHM,
  signatureAlgorithm,
} from './public-key.ts';
import type {
  CipherAlgorithm,
  CipherName,
  DigestAlgorithm,
  KeyWrapAlgorithm,
  KeyWrapName,
  MacAlgorithm,
} from './symmetric.ts';
import {
  CIPHER_ALGORITHM,
  cipherAlgorithm,
  DIGEST_ALGORITHM,
  digestAlgorithm,
  KEY_WRAP_ALGORITHM,
  keyWrapAlgorithm,
  MAC_ALGORITHM,
  macAlgorithm,
} from './symmetric.ts';

export interface AlgorithmSuite {
  readonly name: string;
  readonly digest: DigestAlgorithm;
  /** What we sign with under a secret: hmac-sha256 in the Sha256 suites, as WCF does. */
  readonly mac: MacAlgorithm;
  /** What a peer may sign with under a secret: the standard keeps hmac-sha1 in every suite, and WSS4J with it. */
  readonly acceptedMacs: readonly MacAlgorithm[];
  /** What we sign with under a private key: rsa-sha256 in the Sha256 suites. */
  readonly signature: SignatureAlgorithm;
  /** What a peer may sign with under a private key. */
  readonly acceptedSignatures: readonly SignatureAlgorithm[];
  readonly cipher: CipherAlgorithm;
  readonly keyWrap: KeyWrapAlgorithm;
  readonly keyTransport: KeyTransportAlgorithm;
  readonly encryptionKeyBytes: number;
  /** Of a derived key. */
  readonly signatureKeyBytes: number;
  /** Secret of a context, when the request names no KeySize. */
  readonly contextKeyBytes: number;
  /** The shortest secret that a peer may bring. */
  readonly symmetricKeyBytesMin: number;
  readonly symmetricKeyBytesMax: number;
  /** The standard says 1024. */
  readonly rsaBitsMin: number;
  readonly rsaBitsMax: number;
}

/** What a set of one's own changes; algorithms by URI or short name. */
export interface SuiteChanges {
  readonly name: string;
  readonly digest?: string | undefined;
  readonly mac?: string | undefined;
  /** Beside `mac`, which is always accepted. */
  readonly acceptedMacs?: readonly string[] | undefined;
  readonly signature?: string | undefined;
  /** Beside `signature`, which is always accepted. */
  readonly acceptedSignatures?: readonly string[] | undefined;
  readonly cipher?: string | undefined;
  readonly keyWrap?: string | undefined;
  readonly keyTransport?: string | undefined;
  readonly signatureKeyBytes?: number | undefined;
  readonly contextKeyBytes?: number | undefined;
  readonly symmetricKeyBytesMin?: number | undefined;
  readonly symmetricKeyBytesMax?: number | undefined;
  readonly rsaBitsMin?: number | undefined;
  readonly rsaBitsMax?: number | undefined;
}

const SYMMETRIC_KEY_BYTES_MAX = 32;
const RSA_BITS_MIN = 2048;
const RSA_BITS_MAX = 4096;

// family, cipher, key wrap, derived signature key in octets (spec: 192 bits even for Basic256).
const FAMILIES = [
  ['Basic256', 'aes256-cbc', 'kw-aes256', 24],
  ['Basic192', 'aes192-cbc', 'kw-aes192', 24],
  ['Basic128', 'aes128-cbc', 'kw-aes128', 16],
  ['TripleDes', 'tripledes-cbc', 'kw-tripledes', 24],
  // interop: CXF's own names; there is no standard suite with GCM.
  ['Basic256GCM', 'aes256-gcm', 'kw-aes256', 24],
  ['Basic192GCM', 'aes192-gcm', 'kw-aes192', 24],
  ['Basic128GCM', 'aes128-gcm', 'kw-aes128', 16],
] as const;

const HASHES = [
  ['', 'sha1'],
  ['Sha256', 'sha256'],
] as const;

const KEY_TRANSPORTS = [
  ['', 'rsa-oaep-mgf1p'],
  ['Rsa15', 'rsa-1_5'],
] as const;

export type SuiteName =
  `${(typeof FAMILIES)[number][0]}${(typeof HASHES)[number][0]}${(typeof KEY_TRANSPORTS)[number][0]}`;

const made = new WeakSet<object>();

const SUITES: ReadonlyMap<SuiteName, AlgorithmSuite> = new Map(
  FAMILIES.flatMap(([family, cipher, keyWrap, signatureKeyBytes]) =>
    HASHES.flatMap(([hashSuffix, hash]) =>
      KEY_TRANSPORTS.map(([transportSuffix, keyTransport]) => {
        const name: SuiteName = `${family}${hashSuffix}${transportSuffix}`;
        return [name, suiteOf(name, { cipher, keyWrap, signatureKeyBytes, hash, keyTransport })] as const;
      }),
    ),
  ),
);

/** All suite names: 16 of the standard, 12 of CXF. */
export const SUITE_NAMES: readonly SuiteName[] = [...SUITES.keys()];

/** The suite called `name`. @throws Fault `caller.option-invalid` */
export function algorithmSuite(name: string): AlgorithmSuite {
  const suite = SUITES.get(name as SuiteName);
  if (suite === undefined) requireKind(SUITE_NAME, name, 'suite');
  return suite!;
}

const SUITE_NAME = oneOf(SUITE_NAMES);

/** A suite that we made: its parts fit each other. */
export const SUITE: Kind<AlgorithmSuite> = {
  type: 'object',
  misfit: (value) =>
    isObject(value) && made.has(value)
      ? undefined
      : { path: '', detail: { got: got(value), wanted: 'what algorithmSuite or customSuite made' } },
};

const LENGTH = optional(whole(1));

const CHANGES: Kind<SuiteChanges> = shapeOf<SuiteChanges>({
  name: TEXT,
  digest: optional(DIGEST_ALGORITHM),
  mac: optional(MAC_ALGORITHM),
  acceptedMacs: optional(listOf(MAC_ALGORITHM)),
  signature: optional(SIGNATURE_ALGORITHM),
  acceptedSignatures: optional(listOf(SIGNATURE_ALGORITHM)),
  cipher: optional(CIPHER_ALGORITHM),
  keyWrap: optional(KEY_WRAP_ALGORITHM),
  keyTransport: optional(KEY_TRANSPORT_ALGORITHM),
  signatureKeyBytes: LENGTH,
  contextKeyBytes: LENGTH,
  symmetricKeyBytesMin: LENGTH,
  symmetricKeyBytesMax: LENGTH,
  rsaBitsMin: LENGTH,
  rsaBitsMax: LENGTH,
});

/**
 * `base` with other parts, under a name of its own. Key lengths follow the cipher unless they are given.
 *
 * @throws Fault `caller.option-invalid` a member or an algorithm that we do not know, a name that a suite has already,
 *   lengths that contradict one another or the cipher
 */
export function customSuite(base: AlgorithmSuite, changes: SuiteChanges): AlgorithmSuite {
  requireKind(SUITE, base, 'base');
  requireKind(CHANGES, changes, 'suite');
  if (SUITES.has(changes.name as SuiteName)) throw invalid('name');
  const mac = changes.mac === undefined ? base.mac : macAlgorithm(changes.mac);
  const signature = changes.signature === undefined ? base.signature : signatureAlgorithm(changes.signature);
  const cipher = changes.cipher === undefined ? base.cipher : cipherAlgorithm(changes.cipher);
  const follows =
    changes.cipher === undefined ? base : { contextKeyBytes: cipher.keyBytes, symmetricKeyBytesMin: cipher.keyBytes };
  const suite: AlgorithmSuite = {
    name: changes.name,
    digest: changes.digest === undefined ? base.digest : digestAlgorithm(changes.digest),
    mac,
    acceptedMacs: withFirst(mac, changes.acceptedMacs?.map(macAlgorithm) ?? base.acceptedMacs),
    signature,
    acceptedSignatures: withFirst(
      signature,
      changes.acceptedSignatures?.map(signatureAlgorithm) ?? base.acceptedSignatures,
    ),
    cipher,
    keyWrap: changes.keyWrap === undefined ? base.keyWrap : keyWrapAlgorithm(changes.keyWrap),
    keyTransport: changes.keyTransport === undefined ? base.keyTransport : keyTransportAlgorithm(changes.keyTransport),
    encryptionKeyBytes: cipher.keyBytes,
    signatureKeyBytes: changes.signatureKeyBytes ?? base.signatureKeyBytes,
    contextKeyBytes: changes.contextKeyBytes ?? follows.contextKeyBytes,
    symmetricKeyBytesMin: changes.symmetricKeyBytesMin ?? follows.symmetricKeyBytesMin,
    symmetricKeyBytesMax: changes.symmetricKeyBytesMax ?? base.symmetricKeyBytesMax,
    rsaBitsMin: changes.rsaBitsMin ?? base.rsaBitsMin,
    rsaBitsMax: changes.rsaBitsMax ?? base.rsaBitsMax,
  };
  checkLengths(suite);
  return frozen(suite);
}

function frozen(suite: AlgorithmSuite): AlgorithmSuite {
  made.add(suite);
  return Object.freeze(suite);
}

function suiteOf(
  name: SuiteName,
  parts: {
    readonly cipher: CipherName;
    readonly keyWrap: KeyWrapName;
    readonly signatureKeyBytes: number;
    readonly hash: 'sha1' | 'sha256';
    readonly keyTransport: string;
  },
): AlgorithmSuite {
  const cipher = cipherAlgorithm(parts.cipher);
  const mac = macAlgorithm(`hmac-${parts.hash}`);
  const signature = signatureAlgorithm(`rsa-${parts.hash}`);
  return frozen({
    name,
    digest: digestAlgorithm(parts.hash),
    mac,
    acceptedMacs: withFirst(mac, [macAlgorithm('hmac-sha1')]),
    signature,
    acceptedSignatures: withFirst(signature, [signatureAlgorithm('rsa-sha1')]),
    cipher,
    keyWrap: keyWrapAlgorithm(parts.keyWrap),
    keyTransport: keyTransportAlgorithm(parts.keyTransport),
    encryptionKeyBytes: cipher.keyBytes,
    signatureKeyBytes: parts.signatureKeyBytes,
    contextKeyBytes: cipher.keyBytes,
    symmetricKeyBytesMin: cipher.keyBytes,
    symmetricKeyBytesMax: SYMMETRIC_KEY_BYTES_MAX,
    rsaBitsMin: RSA_BITS_MIN,
    rsaBitsMax: RSA_BITS_MAX,
  });
}

function withFirst<Row>(first: Row, others: readonly Row[]): readonly Row[] {
  return Object.freeze([...new Set([first, ...others])]);
}

function checkLengths(suite: AlgorithmSuite): void {
  const { symmetricKeyBytesMin, symmetricKeyBytesMax, contextKeyBytes, signatureKeyBytes, rsaBitsMin, rsaBitsMax } =
    suite;
  const lengths = [
    symmetricKeyBytesMin,
    symmetricKeyBytesMax,
    contextKeyBytes,
    signatureKeyBytes,
    rsaBitsMin,
    rsaBitsMax,
  ];
  if (!lengths.every((length) => Number.isSafeInteger(length) && length > 0)) throw invalid('lengths');
  if (contextKeyBytes < symmetricKeyBytesMin || contextKeyBytes > symmetricKeyBytesMax)
    throw invalid('contextKeyBytes');
  if (rsaBitsMin > rsaBitsMax) throw invalid('rsaBitsMin');
}

function invalid(option: string): Fault {
  return new Fault('caller.option-invalid', { option: `suite.${option}` });
}
