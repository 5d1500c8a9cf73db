/**
 * The service's certificate (WS-SecurityPolicy's SymmetricBinding): the initiator makes a session key for it, which protects
 * request and answer. Who asks is anonymous, a user, or the holder of a certificate that endorses.
 */
import type { Trust } from '@parley/core';
import { algorithmSuite, Fault } from '@parley/core';
import { decodeBase64Text, encodeBase64 } from '@parley/core/internal';
import type {
  CertificateSignature,
  EncryptedKeySealRequest,
  KeyRecipient,
  OpenedMessage,
  OwnKey,
  PolicyChanges,
  SupportingUsername,
} from '@parley/engine';
import { EncryptedKey, policyOf } from '@parley/engine';
import type { Authenticate } from '../trust/password.ts';
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

export interface SymmetricX509Initiator {
  /** The service, by its certificate. */
  readonly service: KeyRecipient;
  /** Goes signed and encrypted with the request. */
  readonly username?: UsernameCredential | undefined;
  /** Endorses the request. */
  readonly endorse?: CertificateSignature | undefined;
}

/** The initiator's. Everything is borrowed for as long as the initiator lives. */
function initiator({ service, username, endorse }: SymmetricX509Initiator): InitiatorBootstrap {
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

export interface SymmetricX509Responder {
  /** The service's own. */
  readonly ownKeys: readonly OwnKey[];
  /** A user must be there, who is the principal. */
  readonly authenticate?: Authenticate | undefined;
  /** A certificate must endorse the request, and this says which; without a user, its subject is the principal. */
  readonly endorsers?: Trust | undefined;
}

/** The responder's. Without a user and an endorsement, its contexts are nobody's. */
function responder({ ownKeys, authenticate, endorsers }: SymmetricX509Responder): ResponderBootstrap {
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
  return { ...style.protection, keys: 'explicit', encryptedKey, token, suite, version };
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
