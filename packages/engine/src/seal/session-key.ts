/** What a session key is made of, and for whom. */
import type { AlgorithmSuite, HashName, KeyTransportName, KeyWrapName } from '@parley/core';
import { Certificate, Secret } from '@parley/core';
import type { Kind } from '@parley/core/internal';
import {
  callback,
  DIGEST_ALGORITHMS,
  instanceOf,
  KEY_TRANSPORT_ALGORITHMS,
  KEY_WRAP_ALGORITHMS,
  keyed,
  OCTETS,
  oneOf,
  optional,
  SUITE,
  shapeOf,
  TEXT,
} from '@parley/core/internal';
import type { CertificateReference } from '../write/certificate-reference.ts';

/** Whose key encrypts a session key, and how. */
export interface KeyRecipient {
  /** The peer's, with an RSA key. Whether it is to be trusted was decided by whoever gives it. */
  readonly certificate: Certificate;
  readonly reference: Exclude<CertificateReference, 'pki-path'>;
  /** Default: the suite's. `rsa-1_5` only if it is asked for here or by the suite. */
  readonly transport?: KeyTransportName;
  /** Of RSA-OAEP. Default: SHA-1. */
  readonly hash?: HashName;
  /** Of MGF1, which `rsa-oaep` alone lets one choose. Default: SHA-1. */
  readonly maskHash?: HashName;
}

/** A secret that both sides have already, and what the peer knows it by. */
export interface WrappingKey {
  /** Borrowed for the call. */
  readonly secret: Secret;
  /** A ds:KeyName, or the EncryptedKeySHA1 of the xenc:EncryptedKey that it came in. */
  readonly name: { readonly keyName: string } | { readonly sha1: Uint8Array };
  /** Default: the suite's. */
  readonly algorithm?: KeyWrapName;
}

/** What a new session key is made of. */
export interface SessionKeyOptions {
  readonly suite: AlgorithmSuite;
  /** The secret to send (copied); leave it out for a new one of the suite's length. */
  readonly secret?: Secret | undefined;
  readonly fillRandom: (out: Uint8Array) => void;
}

export const HASH: Kind<HashName> = oneOf(DIGEST_ALGORITHMS.map(({ name }) => name));

export const RECIPIENT: Kind<KeyRecipient> = shapeOf<KeyRecipient>({
  certificate: instanceOf(Certificate),
  reference: oneOf(['direct', 'embedded', 'subject-key-identifier', 'thumbprint', 'issuer-serial']),
  transport: optional(oneOf(KEY_TRANSPORT_ALGORITHMS.map(({ name }) => name))),
  hash: optional(HASH),
  maskHash: optional(HASH),
});

type KeyName = Extract<WrappingKey['name'], { readonly keyName: string }>;
type KeySha1 = Extract<WrappingKey['name'], { readonly sha1: Uint8Array }>;

export const WRAPPING_KEY: Kind<WrappingKey> = shapeOf<WrappingKey>({
  secret: instanceOf(Secret),
  name: keyed({ keyName: shapeOf<KeyName>({ keyName: TEXT }), sha1: shapeOf<KeySha1>({ sha1: OCTETS }) }),
  algorithm: optional(oneOf(KEY_WRAP_ALGORITHMS.map(({ name }) => name))),
});

export const SESSION_KEY: Kind<SessionKeyOptions> = shapeOf<SessionKeyOptions>({
  suite: SUITE,
  secret: optional(instanceOf(Secret)),
  fillRandom: callback(),
});
