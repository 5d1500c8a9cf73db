/** Requests to seal, as they go to a worker: keys of our own by their place, certificates as DER, secrets as key objects. */
import type { KeyObject } from 'node:crypto';
import { CanonicalElement, Tape } from '@parley/codec';
import { scan } from '@parley/codec/internal';
import type { CertifiedKey } from '@parley/core';
import { DEFAULT_LIMITS, Fault } from '@parley/core';
import type { EncryptedKeyEnvelope } from '../../seal/encrypted-key.ts';
import { EncryptedKey } from '../../seal/encrypted-key.ts';
import type {
  CertificateSealRequest,
  CertificateSignature,
  EncryptedKeySealRequest,
  SealRequest,
} from '../../seal/request.ts';
import type { KeyRecipient } from '../../seal/session-key.ts';
import { ownCertificate } from './portable-credentials.ts';
import { portableSecret, usableSecret } from './portable-secret.ts';
import type { PoolBootstrapSealRequest, PoolSealRequest } from './seal-request.ts';

export interface PortableSeal {
  /** Of the context, if one is named. */
  readonly identifier: string | undefined;
  readonly certificate: PortableSignature | undefined;
  readonly endorse: PortableSignature | undefined;
  readonly recipient: PortableRecipient | undefined;
  readonly encryptedKey: PortableEncryptedKey | undefined;
  readonly repeated: PortableElements;
  /** The rest of the request, which is plain data. */
  readonly plain: object;
}

/** What is repeated as the issuer of a context wrote it, as octets. */
interface PortableElements {
  readonly tokenElement: Uint8Array | undefined;
  readonly tokenReference: Uint8Array | undefined;
}

interface PortableSignature extends Omit<CertificateSignature, 'key'> {
  /** Place among the pool's own keys. */
  readonly key: number;
}

interface PortableRecipient extends Omit<KeyRecipient, 'certificate'> {
  readonly certificate: Uint8Array;
}

interface PortableEncryptedKey {
  readonly secret: KeyObject;
  readonly sha1: Uint8Array;
  readonly envelope: PortableEnvelope | undefined;
}

type PortableEnvelope = Omit<EncryptedKeyEnvelope, 'keyInfo'> & {
  readonly keyInfo:
    | { readonly recipient: PortableRecipient }
    | Extract<EncryptedKeyEnvelope['keyInfo'], { readonly wrappingKey: unknown }>;
};

/** Passwords, contexts and the proof keys of assertions stay on the thread of whoever has them. */
const STAYING = ['username', 'proveContext', 'bearerContext'] as const;

/** Whatever a caller may have spread into a request. */
type AnyRequest = Partial<SealRequest & CertificateSealRequest & EncryptedKeySealRequest & PoolSealRequest>;

/**
 * `request` for a worker that has `ownKeys`. Secrets are copied.
 * @throws Fault `caller.option-invalid` a private key that is not one of them; `caller.input-invalid` a secret that was wiped
 */
export function portableSeal(
  request: PoolSealRequest | PoolBootstrapSealRequest,
  ownKeys: readonly CertifiedKey[],
): PortableSeal {
  // A whole SealRequest may have been given: its context, functions and scratch must not reach a port.
  const { identifier, certificate, endorse, recipient, encryptedKey, tokenElement, tokenReference, ...more } =
    request as AnyRequest;
  const { context: _, fillRandom: _f, workspace: _w, ...plain } = more;
  for (const option of STAYING) {
    if (option in request) throw new Fault('caller.option-invalid', { option, reason: 'not on a pool' });
  }
  if (endorse !== undefined && !('key' in endorse))
    throw new Fault('caller.option-invalid', { option: 'endorse.assertion', reason: 'not on a pool' });
  return {
    identifier,
    certificate: certificate && portableSignature('certificate', certificate, ownKeys),
    endorse: endorse && portableSignature('endorse', endorse, ownKeys),
    recipient: recipient && portableRecipient(recipient),
    encryptedKey: encryptedKey && portableEncryptedKey(encryptedKey),
    repeated: { tokenElement: tokenElement?.toOctets(), tokenReference: tokenReference?.toOctets() },
    plain,
  };
}

function portableSignature(
  option: string,
  signature: CertificateSignature,
  ownKeys: readonly CertifiedKey[],
): PortableSignature {
  const key = ownKeys.indexOf(signature.key);
  if (key < 0)
    throw new Fault('caller.option-invalid', { option: `${option}.key`, reason: 'not among the own keys of the pool' });
  return { ...signature, key };
}

function portableRecipient(recipient: KeyRecipient): PortableRecipient {
  return { ...recipient, certificate: recipient.certificate.der };
}

function portableEncryptedKey({ secret, sha1, envelope }: EncryptedKey): PortableEncryptedKey {
  return { secret: portableSecret(secret), sha1, envelope: envelope && portableEnvelope(envelope) };
}

function portableEnvelope({ keyInfo, ...envelope }: EncryptedKeyEnvelope): PortableEnvelope {
  return {
    ...envelope,
    keyInfo: 'recipient' in keyInfo ? { recipient: portableRecipient(keyInfo.recipient) } : keyInfo,
  };
}

/** The parts of a request that were replaced, again; what is not there is not there. `wipe` when it is sealed. */
export function usableSeal(
  { certificate, endorse, recipient, encryptedKey, repeated, plain }: PortableSeal,
  ownKeys: readonly CertifiedKey[],
): { readonly request: object; wipe(): void } {
  const key = encryptedKey && usableEncryptedKey(encryptedKey);
  return {
    request: {
      ...plain,
      ...(certificate && { certificate: usableSignature(certificate, ownKeys) }),
      ...(endorse && { endorse: usableSignature(endorse, ownKeys) }),
      ...(recipient && { recipient: usableRecipient(recipient) }),
      ...(key && { encryptedKey: key }),
      ...usableElements(repeated),
    },
    wipe: () => key?.wipe(),
  };
}

function usableElements({ tokenElement, tokenReference }: PortableElements): Pick<SealRequest, keyof PortableElements> {
  return {
    ...(tokenElement && { tokenElement: elementOf(tokenElement) }),
    ...(tokenReference && { tokenReference: elementOf(tokenReference) }),
  };
}

/** What was canonical is so again, with every namespace that it declares. */
function elementOf(octets: Uint8Array): CanonicalElement {
  const tape = new Tape();
  scan(octets, DEFAULT_LIMITS, tape);
  return CanonicalElement.of(tape, 0, octets.length, 'inclusive');
}

function usableSignature(
  { key, ...signature }: PortableSignature,
  ownKeys: readonly CertifiedKey[],
): CertificateSignature {
  return { ...signature, key: ownKeys[key]! };
}

function usableRecipient(recipient: PortableRecipient): KeyRecipient {
  return { ...recipient, certificate: ownCertificate(recipient.certificate) };
}

function usableEncryptedKey({ secret, sha1, envelope }: PortableEncryptedKey): EncryptedKey {
  return EncryptedKey.restored(usableSecret(secret), sha1, envelope && usableEnvelope(envelope));
}

function usableEnvelope({ keyInfo, ...envelope }: PortableEnvelope): EncryptedKeyEnvelope {
  return {
    ...envelope,
    keyInfo: 'recipient' in keyInfo ? { recipient: usableRecipient(keyInfo.recipient) } : keyInfo,
  };
}
