import { algorithmSuite, Fault } from '@parley/core';
import { decodeBase64Text, encodeBase64, requireOptions } from '@parley/core/internal';
import type {
  CertificateSignature,
  EncryptedKeySealRequest,
  OpenedMessage,
  PolicyChanges,
  SupportingUsername,
} from '@parley/engine';
import { EncryptedKey, policyOf } from '@parley/engine';
import type { UsernameCredential } from '../trust/username-credential.ts';
import type {
  BootstrapKind,
  HandshakeProof,
  HandshakeScene,
  InitiatorBootstrap,
  ResponderBootstrap,
} from './bootstrap.ts';
import { answerChanges, confirmationOf } from './bootstrap.ts';
import { hiddenFor, hiddenUnder } from './hidden-key.ts';
import type { SymmetricX509Initiator, SymmetricX509Responder } from './options.ts';
import { SYMMETRIC_INITIATOR, SYMMETRIC_RESPONDER } from './options-shape.ts';

/** The initiator's. Everything is borrowed for as long as the initiator lives. */
function initiator(options: SymmetricX509Initiator): InitiatorBootstrap {
  requireOptions(SYMMETRIC_INITIATOR, options, 'options');
  const { service, username, endorse } = options;
  return {
    kind: 'symmetric-x509',
    protectedBy: 'message',
    begin: (scene) => {
      const { suite, style, ambient } = scene;
      const encryptedKey = EncryptedKey.forRecipient(service, {
        suite: algorithmSuite(suite),
        fillRandom: (out) => ambient.fillRandom(out),
      });
      const sha1Base64 = encodeBase64(encryptedKey.sha1);
      return {
        request: {
          ...underSessionKey(scene, encryptedKey, 'attached'),
          ...(username && { username: hidden(username) }),
          ...(endorse && { endorse: signatureOf(endorse, scene) }),
        },
        policy: policyOf(
          'symmetric-x509-reply',
          answerChanges(style, { isSigned: true, hasUser: username !== undefined }),
        ),
        credentials: { encryptedKeys: new Map([[sha1Base64, encryptedKey.secret]]) },
        wipe: () => encryptedKey.wipe(),
      };
    },
    encryptKey: (secret, scene) => hiddenFor(service, secret, scene),
  };
}

/** The responder's. Without a user and an endorsement, its contexts are nobody's. */
function responder(options: SymmetricX509Responder): ResponderBootstrap {
  requireOptions(SYMMETRIC_RESPONDER, options, 'options');
  const { ownKeys, authenticate, endorsers } = options;
  const user: PolicyChanges =
    authenticate === undefined ? {} : { requireUser: true, passwordTypes: ['text', 'digest'] };
  const endorsement: PolicyChanges = endorsers === undefined ? {} : { endorsedBy: ['certificate'] };
  return {
    kind: 'symmetric-x509',
    protectedBy: 'message',
    profile: 'symmetric-x509',
    demands: { ...user, ...endorsement },
    allows: endorsers === undefined ? {} : { signatures: policyOf('x509').signatures },
    credentials: { ownKeys, trust: endorsers },
    authenticate,
    principalOf: ({ message, user: name }) => {
      const subject = endorsers === undefined ? undefined : endorserOf(message);
      return authenticate === undefined ? subject : name;
    },
    answer: ({ message, sessionKey }, scene) => ({
      ...underSessionKey(scene, known(sessionKey), 'external'),
      ...confirmationOf(scene.style, message, { isSigned: true, hasUser: authenticate !== undefined }),
    }),
    encryptKey: (secret, { sessionKey }, scene) => hiddenUnder(known(sessionKey), secret, scene),
  };
}

/** The service's certificate, and a user or an endorsing certificate beside it. */
export const symmetricX509: BootstrapKind<[SymmetricX509Initiator], [SymmetricX509Responder]> = {
  initiator,
  responder,
};

/** The session key that a request came with. @throws Fault `peer.coverage-missing` it came with none */
function known(sessionKey: HandshakeProof['sessionKey']): EncryptedKey {
  if (sessionKey === undefined) throw new Fault('peer.coverage-missing', { part: 'xenc:EncryptedKey' });
  return EncryptedKey.known(sessionKey.secret, decodeBase64Text(sessionKey.sha1Base64));
}

function hidden({ username, password, passwordType = 'text' }: UsernameCredential): SupportingUsername {
  return { username, password, passwordType, sign: true, encrypt: true };
}

function underSessionKey(
  { suite, version, style }: HandshakeScene,
  encryptedKey: EncryptedKey,
  token: EncryptedKeySealRequest['token'],
): Omit<EncryptedKeySealRequest, 'atMs' | 'timestampLifetimeMs' | 'fillRandom'> {
  return { ...style.protection, keys: style.keys ?? 'explicit', encryptedKey, token, suite, version };
}

/** As the peer signs, if nothing else is said. */
export function signatureOf(signature: CertificateSignature, { style }: HandshakeScene): CertificateSignature {
  return style.signature === undefined ? signature : { algorithm: style.signature, ...signature };
}

/** @throws Fault `peer.authentication-failed` no certificate endorses */
function endorserOf({ signed }: OpenedMessage): string {
  for (const { role, key } of signed) if (role === 'signature' && key.source === 'certificate') return key.subject;
  throw new Fault('peer.authentication-failed', { reason: 'no endorsing certificate' });
}
