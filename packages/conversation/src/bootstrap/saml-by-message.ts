/**
 * A SAML assertion that somebody else issued, in messages that protect themselves: of a bearer, or of a holder who endorses, beside the
 * service's certificate (WS-SecurityPolicy's SymmetricBinding with a supporting token); or of a holder whose secret protects everything
 * (the same with an IssuedToken to protect).
 */
import type { Secret } from '@parley/core';
import { encodeBase64, requireOptions } from '@parley/core/internal';
import type { AssertionToken, PolicyChanges } from '@parley/engine';
import { EncryptedKey, policyOf } from '@parley/engine';
import { holderSecretSha1 } from '@parley/engine/internal';
import type { ProtectionRequest } from '../protection/protection.ts';
import type { BootstrapKind, HandshakeScene, InitiatorBootstrap, ResponderBootstrap } from './bootstrap.ts';
import { answerChanges } from './bootstrap.ts';
import { hiddenUnder } from './hidden-key.ts';
import type { SamlByMessageInitiator, SamlByMessageResponder } from './options.ts';
import { SAML_BY_MESSAGE_INITIATOR, SAML_BY_MESSAGE_RESPONDER } from './options-shape.ts';
import { subjectOf } from './saml.ts';
import { symmetricX509 } from './symmetric-x509.ts';

/** The initiator's. Everything is borrowed for as long as the initiator lives. @throws Fault `caller.input-invalid` no such assertion */
function initiator(options: SamlByMessageInitiator): InitiatorBootstrap {
  requireOptions(SAML_BY_MESSAGE_INITIATOR, options, 'options');
  const { assertion } = options;
  if (!('service' in options)) return protecting(assertion, options.proof);
  const { service, proof } = options;
  const inner = symmetricX509.initiator({ service });
  return {
    ...inner,
    kind: KIND,
    begin: (scene) => {
      const handshake = inner.begin(scene);
      const { signature: algorithm } = scene.style;
      const shown =
        proof === undefined
          ? { assertions: [{ sign: 'id' as const, ...assertion, encrypt: true }] }
          : { endorse: { assertion, proof, ...(algorithm !== undefined && { algorithm }) } };
      return { ...handshake, request: { ...handshake.request, ...shown } as ProtectionRequest };
    },
  };
}

function protecting(assertion: AssertionToken, proof: Secret): InitiatorBootstrap {
  const sha1 = holderSecretSha1(assertion.octets);
  const known = EncryptedKey.known(proof, sha1);
  return {
    kind: KIND,
    protectedBy: 'message',
    begin: (scene) => ({
      request: underHolderSecret(assertion, proof, scene),
      policy: policyOf('symmetric-x509-reply', answerChanges(scene.style, { isSigned: true, hasUser: false })),
      credentials: { encryptedKeys: new Map([[encodeBase64(sha1), proof]]) },
      wipe: () => undefined,
    }),
    encryptKey: (secret, scene) => hiddenUnder(known, secret, scene),
  };
}

function underHolderSecret(
  assertion: AssertionToken,
  proof: Secret,
  { suite, version, style }: HandshakeScene,
): ProtectionRequest {
  return { ...style.protection, assertion, proof, keys: style.keys ?? 'explicit', suite, version };
}

/** The responder's: the principal is the subject, as its issuer names it. */
function responder(options: SamlByMessageResponder): ResponderBootstrap {
  requireOptions(SAML_BY_MESSAGE_RESPONDER, options, 'options');
  const { ownKeys, confirmation, issuers, audiences, trust } = options;
  const { profile, demands, allows } = KINDS[confirmation];
  return {
    ...symmetricX509.responder({ ownKeys }),
    kind: KIND,
    profile,
    demands: { ...demands, requireAssertion: true, audiences },
    allows,
    credentials: { ownKeys, assertionIssuers: issuers, trust },
    principalOf: ({ message }) => subjectOf(message),
  };
}

/** A SAML assertion in messages that protect themselves. */
export const samlByMessage: BootstrapKind<[SamlByMessageInitiator], [SamlByMessageResponder]> = {
  initiator,
  responder,
};

const KIND = 'saml-by-message';

interface Kind extends Pick<ResponderBootstrap, 'profile'> {
  readonly demands: PolicyChanges;
  readonly allows: PolicyChanges;
}

const { signatures, allowTokenTransform, keyTransports } = policyOf('saml');
const HOLDER: PolicyChanges = { confirmations: ['holder-of-key'] };
const KINDS: Readonly<Record<SamlByMessageResponder['confirmation'], Kind>> = {
  bearer: {
    profile: 'symmetric-x509',
    demands: { confirmations: ['bearer'], requireSignedAssertion: true },
    allows: { signatures, allowTokenTransform },
  },
  endorsing: {
    profile: 'symmetric-x509',
    demands: { ...HOLDER, endorsedBy: ['saml'] },
    allows: { signatures, allowTokenTransform },
  },
  protecting: { profile: 'saml', demands: HOLDER, allows: { keyTransports } },
};
