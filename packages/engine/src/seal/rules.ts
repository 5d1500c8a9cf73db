/** What `seal` refuses to begin with: options that exclude each other, with a reason, and envelopes that are none. */

import type { FailedReply } from '@parley/core';
import { algorithmSuite, Fault, Secret } from '@parley/core';
import { PASSWORD_KEY_BYTES, requireOptions } from '@parley/core/internal';
import { isInMessage } from '../write/certificate-reference.ts';
import type { EncryptedSelection } from './encrypted-selection.ts';
import { assertionsOf, isEncrypting } from './encrypted-selection.ts';
import type {
  AssertionSealRequest,
  AssertionSignature,
  BootstrapSealRequest,
  CertificateSealRequest,
  CertificateSignature,
  EncryptedKeySealRequest,
  PasswordSealRequest,
  SealOptions,
  SealRequest,
  TransportSealRequest,
} from './request.ts';
import { SEALING } from './request-shape.ts';

/** Why an envelope was not taken, said of whoever gave it: no peer has seen it yet. */
export function envelopeFault({ code, detail }: Pick<FailedReply, 'code' | 'detail'>): Fault {
  return new Fault('caller.envelope-invalid', { code, ...detail });
}

/** @throws Fault `caller.option-invalid` */
export function requireConsistent(request: SealRequest | BootstrapSealRequest | TransportSealRequest): void {
  requireOptions(SEALING, request, 'request');
  if ('transport' in request) {
    requireTransportOnly(request);
    return;
  }
  requireCompatible(request);
  if ('context' in request) {
    requireSeparateUses(request);
    requireNameable(request);
  } else if ('encryptedKey' in request) requireEncryptedKey(request);
  else if ('passwordKey' in request) requirePasswordKey(request);
  else if ('assertion' in request) requireAssertion(request);
  else requireCertificate(request);
}

// spec: both are xs:anyURI, and white space around them is no part of them. One that is not absolute would be a reference into the
// message, or to something beside it.
function requireNameable({ context: { identifier, keys }, token, bearerContext }: SealRequest): void {
  const isValue = (name: string): boolean => name !== '' && !/^[ \t\r\n]|[ \t\r\n]$/.test(name);
  if (!isValue(identifier)) refuse('an identifier that no message can carry');
  if (keys.some(({ instance }) => instance !== undefined && !isValue(instance)))
    refuse('an instance that no message can carry');
  if (token === 'attached' && bearerContext !== undefined) refuse('two tokens of contexts');
  if (token === 'external' && (identifier.startsWith('#') || !identifier.includes(':')))
    refuse('an identifier that is no absolute URI, to be referred to');
}

function requireTransportOnly({ assertions = [], username }: TransportSealRequest): void {
  const asksMore = (token: { readonly sign?: unknown; readonly encrypt?: unknown }): boolean =>
    token.encrypt === true || typeof token.sign === 'string' || token.sign === true;
  if (assertions.some(asksMore) || (username !== undefined && asksMore(username)))
    refuse('a token to sign or encrypt, and no key');
}

function requireCompatible(request: EncryptedSelection & SealOptions): void {
  const { sign: parts, layout = 'strict', endorse } = request;
  for (const { encrypt, sign } of assertionsOf(request))
    if (encrypt === true && sign === 'str-transform') refuse('STR-Transform of an encrypted assertion');
  requirePayload(request);
  if (request.tokenOrder === 'encrypt-then-sign' && request.order !== 'encrypt-then-sign')
    refuse('tokens encrypted before they are signed, beside a Body that is not');
  if (layout.startsWith('lax-timestamp') && !parts.timestamp) refuse('a layout that wants a Timestamp');
  if (endorse === undefined) return;
  if ('assertion' in endorse) {
    requireReadableKey(endorse);
    return;
  }
  requireSignature(endorse);
  if (endorse.signToken === 'str-transform') refuse('STR-Transform of a reference in another signature');
}

// safety: one key for two algorithms is what a peer without derived keys asks for, and never our own idea.
function requireSeparateUses(request: SealRequest): void {
  const { context, keys, oneKeyForBoth = false, suite = context.suite } = request;
  if (keys !== 'direct' || !isEncrypting(request)) return;
  if (!oneKeyForBoth) refuse('one key to sign and to encrypt');
  const { encryptionKeyBytes } = algorithmSuite(suite);
  if (context.keys.some(({ secret }) => secret.lengthBytes !== encryptionKeyBytes))
    refuse('a secret that has not the length of the key');
}

function requireEncryptedKey(request: EncryptedKeySealRequest): void {
  const { encryptedKey, keys, token } = request;
  if (token === 'attached' && !encryptedKey.isAttachable) refuse('an EncryptedKey that is known by its SHA-1 only');
  // interop: Rampart's keys have 16 octets whatever its suite says; what is derived from one has the length of the suite.
  const isTheirs = keys === 'explicit' && !encryptedKey.isAttachable;
  requireLength(encryptedKey.secret, request, isTheirs ? DERIVABLE_BYTES_MIN : undefined);
}

/** 128 bits: what every suite's smallest key has. */
const DERIVABLE_BYTES_MIN = 16;

function requireLength(
  { lengthBytes }: Secret,
  request: EncryptedSelection & Pick<EncryptedKeySealRequest, 'suite'> & { readonly keys?: string },
  bytesMin?: number,
): void {
  const suite = algorithmSuite(request.suite);
  if (lengthBytes < (bytesMin ?? suite.symmetricKeyBytesMin) || lengthBytes > suite.symmetricKeyBytesMax)
    refuse('a secret of a length that the suite does not allow');
  if (request.keys === 'direct' && isEncrypting(request) && lengthBytes !== suite.encryptionKeyBytes)
    refuse('a secret that has not the length of the key');
}

function requirePasswordKey(request: PasswordSealRequest): void {
  const { keys, passwordKey, suite } = request;
  if (request.username !== undefined && request.username.username !== passwordKey.username) refuse('two users');
  if (keys === 'direct' && isEncrypting(request) && algorithmSuite(suite).encryptionKeyBytes > PASSWORD_KEY_BYTES)
    refuse('a password makes no key that long');
}

function requirePayload({ encrypt, encryptPayload = [], order, sign }: SealOptions): void {
  const encryptsFirst = order === 'encrypt-then-sign';
  if (encryptPayload.length > 0 && (encrypt !== 'none' || encryptsFirst))
    refuse('elements to encrypt in an encrypted Body, or before signing');
  if (sign.payload !== undefined && sign.payload.length > 0 && encrypt !== 'none' && encryptsFirst)
    refuse('elements to sign in a Body that is encrypted first');
}

// Its secret would be needed before anything is decrypted.
function requireReadableKey({ assertion, proof }: AssertionSignature): void {
  if (assertion.encrypt === true && proof instanceof Secret) refuse('an encrypted assertion that names a secret');
}

function requireCertificate(request: CertificateSealRequest): void {
  requireSignature(request.certificate);
  requireRecipient(request);
}

function requireAssertion(request: AssertionSealRequest): void {
  const { proof, recipient, algorithm, keys, version, mac, derivedKeyDefaults } = request;
  requireReadableKey(request);
  if (proof instanceof Secret) {
    if (recipient !== undefined) refuse('a recipient besides the one that the assertion is for');
    if (algorithm !== undefined) refuse('a signature algorithm for a secret');
    requireLength(proof, request);
    return;
  }
  if ([keys, version, mac, derivedKeyDefaults].some((option) => option !== undefined)) refuse('options of a secret');
  requireRecipient(request);
}

function requireRecipient(request: EncryptedSelection & Pick<CertificateSealRequest, 'recipient'>): void {
  const { recipient } = request;
  if (isEncrypting(request) && recipient === undefined) refuse('nobody to encrypt for');
  if (!isEncrypting(request) && recipient !== undefined) refuse('a recipient, and nothing to encrypt');
}

function requireSignature({ reference, signToken = false, encryptToken = false }: CertificateSignature): void {
  if (signToken === 'str-transform' && reference === 'embedded') refuse('STR-Transform of an embedded token');
  if (signToken === true && !isInMessage(reference)) refuse('a token to sign that is not in the message');
  if (encryptToken && !isInMessage(reference)) refuse('a token to encrypt that is not in the message');
  if (encryptToken && signToken === 'str-transform') refuse('STR-Transform of an encrypted token');
}

function refuse(reason: string): never {
  throw new Fault('caller.option-invalid', { option: 'seal', reason });
}
