import type { KeyObject } from 'node:crypto';
import type { KeyUse, TrustOptions } from '@parley/core';
import { Certificate, CertifiedKey, Fault, PrivateKey, RevocationList, Trust } from '@parley/core';
import type { Credentials } from '../../keys/credentials.ts';
import type { PoolCredentials } from './credentials.ts';

/** {@link PoolCredentials} in a form that may cross a port: certificates and lists as DER, private keys as key objects. */
export interface PortableCredentials {
  readonly trust: PortableTrust | undefined;
  readonly assertionIssuers: readonly PortableIssuer[];
  readonly ownKeys: readonly PortableOwnKey[];
  /** Whether secrets of EncryptedKeys that messages bring are wanted back. */
  readonly keepsKeys: boolean;
}

interface PortableTrust extends Omit<TrustOptions, 'anchors' | 'intermediates' | 'revocationLists'> {
  readonly anchors: readonly Uint8Array[];
  readonly intermediates: readonly Uint8Array[];
  readonly revocationLists: readonly Uint8Array[];
}

interface PortableIssuer {
  readonly name: string;
  readonly trust: PortableTrust;
}

interface PortableOwnKey {
  readonly privateKey: KeyObject;
  readonly uses: readonly KeyUse[];
  readonly bits: number;
  /** The certificate first. */
  readonly path: readonly [Uint8Array, ...Uint8Array[]];
}

/**
 * `credentials` for threads; with no `workers`, for the calling thread.
 * @throws Fault `caller.option-invalid` what cannot be read, or cannot go to another thread
 */
export function portableCredentials(credentials: PoolCredentials, workers: number): PortableCredentials {
  const { trust, assertionIssuers = [], ownKeys = [], keepEncryptedKey } = credentials;
  return {
    trust: trust === undefined ? undefined : portableTrust(trust, workers),
    assertionIssuers: assertionIssuers.map(({ name, trust: of }) => ({ name, trust: portableTrust(of, workers) })),
    ownKeys: ownKeys.map(portableOwnKey),
    keepsKeys: keepEncryptedKey !== undefined,
  };
}

function portableTrust(trust: TrustOptions, workers: number): PortableTrust {
  // Here rather than in every worker: a name or an algorithm that cannot be read.
  new Trust(trust);
  if (trust.acceptsSubject !== undefined && workers > 0)
    throw new Fault('caller.option-invalid', { option: 'credentials.trust.acceptsSubject', reason: 'a function' });
  const { acceptsSubject, anchors, intermediates = [], revocationLists = [], ...rules } = trust;
  return {
    ...rules,
    // A clone of a function that is not there is no clone.
    ...(acceptsSubject === undefined ? {} : { acceptsSubject }),
    anchors: anchors.map(derOf),
    intermediates: intermediates.map(derOf),
    revocationLists: revocationLists.map(derOf),
  };
}

function portableOwnKey({ path, privateKey }: CertifiedKey): PortableOwnKey {
  const [certificate, ...issuers] = path;
  return {
    privateKey: privateKey.lend((key) => key),
    uses: [...privateKey.uses],
    bits: privateKey.bits,
    path: [certificate.der, ...issuers.map(derOf)],
  };
}

/** What `open` takes, but for EncryptedKeys of other messages, and what `seal` signs with. */
export interface UsableCredentials extends Pick<Credentials, 'trust' | 'assertionIssuers'> {
  readonly ownKeys: readonly CertifiedKey[];
  readonly keepsKeys: boolean;
}

/** The credentials again, on the thread that uses them. */
export function usableCredentials({
  trust,
  assertionIssuers,
  ownKeys,
  keepsKeys,
}: PortableCredentials): UsableCredentials {
  return {
    trust: trust === undefined ? undefined : usableTrust(trust),
    assertionIssuers: assertionIssuers.map(({ name, trust: of }) => ({ name, trust: usableTrust(of) })),
    ownKeys: ownKeys.map(usableOwnKey),
    keepsKeys,
  };
}

function usableTrust({ anchors, intermediates, revocationLists, ...rules }: PortableTrust): Trust {
  return new Trust({
    ...rules,
    anchors: anchors.map(ownCertificate),
    intermediates: intermediates.map(ownCertificate),
    revocationLists: revocationLists.map((der) => RevocationList.read(der)),
  });
}

function usableOwnKey({ bits, path: [certificate, ...issuers], privateKey, uses }: PortableOwnKey): CertifiedKey {
  const key = PrivateKey.read({ format: 'key-object', key: privateKey }, { uses, rsaBitsMin: bits });
  return CertifiedKey.of(key, [ownCertificate(certificate), ...issuers.map(ownCertificate)]);
}

/** A certificate that was read before: no limit is for it. */
export function ownCertificate(der: Uint8Array): Certificate {
  return Certificate.read(der, { certificateBytesMax: der.length });
}

function derOf({ der }: { readonly der: Uint8Array }): Uint8Array {
  return der;
}
