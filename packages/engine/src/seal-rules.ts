/** Options of `seal` that exclude each other: refused with a reason, never passed over. */

import { algorithmSuite, Fault } from '@parley/core';
import type {
  BootstrapSealRequest,
  CertificateSealRequest,
  CertificateSignature,
  EncryptedKeySealRequest,
  SealOptions,
  SealRequest,
} from './seal-request.ts';
import { isInMessage } from './write/certificate-reference.ts';

const KEY_SOURCES = ['context', 'certificate', 'encryptedKey'];

/** @throws Fault `caller.option-invalid` */
export function requireConsistent(request: SealRequest | BootstrapSealRequest): void {
  if (KEY_SOURCES.filter((source) => source in request).length !== 1) refuse('keys of one source');
  requireOptions(request);
  if ('context' in request) {
    if (request.encrypt !== 'none' && request.keys === 'direct') refuse('one key to sign and to encrypt');
  } else if ('encryptedKey' in request) requireEncryptedKey(request);
  else requireCertificate(request);
}

function requireOptions({ sign: parts, encrypt, order, endorse, timestampLifetimeMs }: SealOptions): void {
  if (!parts.body && !parts.addressing && !parts.timestamp) refuse('nothing to sign');
  if (encrypt === 'body-and-signature' && order === 'encrypt-then-sign')
    refuse('a signature cannot be encrypted before it is made');
  if (!Number.isSafeInteger(timestampLifetimeMs) || timestampLifetimeMs <= 0) refuse('timestampLifetimeMs');
  if (endorse === undefined) return;
  requireSignature(endorse);
  if (endorse.signToken === 'str-transform') refuse('STR-Transform of a reference in another signature');
}

function requireEncryptedKey({ encryptedKey, keys, token, encrypt, suite: suiteName }: EncryptedKeySealRequest): void {
  const suite = algorithmSuite(suiteName);
  const { lengthBytes } = encryptedKey.secret;
  if ((keys as string) === 'implied') refuse('derivations implied by a reference to an EncryptedKey');
  if (token === 'attached' && !encryptedKey.isAttachable) refuse('an EncryptedKey that is known by its SHA-1 only');
  if (lengthBytes < suite.symmetricKeyBytesMin || lengthBytes > suite.symmetricKeyBytesMax)
    refuse('a secret of a length that the suite does not allow');
  if (keys === 'direct' && encrypt !== 'none' && lengthBytes !== suite.encryptionKeyBytes)
    refuse('a secret that has not the length of the key');
}

function requireCertificate({ certificate, encrypt, recipient }: CertificateSealRequest): void {
  requireSignature(certificate);
  if (encrypt !== 'none' && recipient === undefined) refuse('nobody to encrypt for');
  if (encrypt === 'none' && recipient !== undefined) refuse('a recipient, and nothing to encrypt');
}

function requireSignature({ reference, signToken = false }: CertificateSignature): void {
  if (signToken === 'str-transform' && reference === 'embedded') refuse('STR-Transform of an embedded token');
  if (signToken === true && !isInMessage(reference)) refuse('a token to sign that is not in the message');
}

function refuse(reason: string): never {
  throw new Fault('caller.option-invalid', { option: 'seal', reason });
}
