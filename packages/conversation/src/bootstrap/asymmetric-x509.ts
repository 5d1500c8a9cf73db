/** A certificate on either side (WS-SecurityPolicy's AsymmetricBinding): each signs with its own, and encrypts for the other's. */
import type { CertifiedKey } from '@parley/core';
import { Certificate, DEFAULT_LIMITS, Fault } from '@parley/core';
import { requireOptions } from '@parley/core/internal';
import type {
  CertificateKeyUse,
  CertificateSealRequest,
  CertificateSignature,
  KeyRecipient,
  OpenedMessage,
} from '@parley/engine';
import { policyOf } from '@parley/engine';
import type { ProtectionRequest } from '../protection/protection.ts';
import type {
  BootstrapKind,
  ConfirmedKind,
  HandshakeScene,
  InitiatorBootstrap,
  ResponderBootstrap,
} from './bootstrap.ts';
import { answerChanges, confirmationOf } from './bootstrap.ts';
import { hiddenFor } from './hidden-key.ts';
import type { AsymmetricX509Initiator, AsymmetricX509Responder } from './options.ts';
import { ASYMMETRIC_INITIATOR, ASYMMETRIC_RESPONDER } from './options-shape.ts';
import { signatureOf } from './symmetric-x509.ts';

const CERTIFIED: ConfirmedKind = { isSigned: true, hasUser: false };

/** The initiator's. Everything is borrowed for as long as the initiator lives. */
function initiator(options: AsymmetricX509Initiator): InitiatorBootstrap {
  requireOptions(ASYMMETRIC_INITIATOR, options, 'options');
  const { signature, service, trust, ownKeys } = options;
  return {
    kind: 'asymmetric-x509',
    protectedBy: 'message',
    begin: (scene) => ({
      request: between(signature, service, scene),
      policy: policyOf('x509', answerChanges(scene.style, CERTIFIED)),
      credentials: { trust, ownKeys },
      wipe: () => undefined,
    }),
    encryptKey: (secret, scene) => hiddenFor(service, secret, scene),
  };
}

/** The responder's. */
function responder(options: AsymmetricX509Responder): ResponderBootstrap {
  requireOptions(ASYMMETRIC_RESPONDER, options, 'options');
  const { signature, ownKeys, trust, reference = 'issuer-serial' } = options;
  return {
    kind: 'asymmetric-x509',
    protectedBy: 'message',
    profile: 'x509',
    demands: {},
    credentials: { ownKeys, trust },
    principalOf: ({ message }) => signerOf(message).subject,
    answer: ({ message }, scene) => ({
      ...between(signature, recipientOf(message, reference), scene),
      ...confirmationOf(scene.style, message, CERTIFIED),
    }),
    encryptKey: (secret, { message }, scene) => hiddenFor(recipientOf(message, reference), secret, scene),
  };
}

/** A certificate on either side. */
export const asymmetricX509: BootstrapKind<[AsymmetricX509Initiator], [AsymmetricX509Responder]> = {
  initiator,
  responder,
};

/** A message that `signature` signs, encrypted for `recipient`. */
export function between(
  signature: CertificateSignature & { readonly key: CertifiedKey },
  recipient: KeyRecipient,
  scene: HandshakeScene,
): ProtectionRequest {
  return { ...encryptedFor(recipient, scene), certificate: signatureOf(signature, scene) };
}

/** The same, but for who signs. */
export function encryptedFor(
  recipient: KeyRecipient,
  { style, suite }: HandshakeScene,
): Omit<CertificateSealRequest, 'certificate' | 'atMs' | 'timestampLifetimeMs' | 'fillRandom'> {
  const { mac: _m, derivedKeyDefaults: _d, ...protection } = style.protection;
  return { ...protection, suite, ...(protection.encrypt === 'none' ? {} : { recipient }) };
}

function recipientOf(message: OpenedMessage, reference: KeyRecipient['reference']): KeyRecipient {
  const [certificate] = signerOf(message).chain;
  return { certificate: Certificate.read(certificate ?? new Uint8Array(), DEFAULT_LIMITS, 'message'), reference };
}

/** @throws Fault `peer.authentication-failed` no certificate signed */
function signerOf({ signed }: OpenedMessage): CertificateKeyUse {
  for (const { role, key } of signed) if (role === 'body' && key.source === 'certificate') return key;
  throw new Fault('peer.authentication-failed', { reason: 'no signing certificate' });
}
