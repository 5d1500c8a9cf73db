/**
 * The holder of an assertion on one side, a certificate on the other (WS-SecurityPolicy's AsymmetricBinding with an IssuedToken to initiate):
 * each signs with its own key, and encrypts for the other's.
 */
import type { Certificate } from '@parley/core';
import { Fault } from '@parley/core';
import { requireOptions } from '@parley/core/internal';
import type { KeyRecipient, OpenedMessage } from '@parley/engine';
import { policyOf } from '@parley/engine';
import { holderCertificate } from '@parley/engine/internal';
import { between, encryptedFor } from './asymmetric-x509.ts';
import type { BootstrapKind, ConfirmedKind, InitiatorBootstrap, ResponderBootstrap } from './bootstrap.ts';
import { answerChanges, confirmationOf } from './bootstrap.ts';
import { hiddenFor } from './hidden-key.ts';
import type { AsymmetricSamlInitiator, AsymmetricSamlResponder } from './options.ts';
import { ASYMMETRIC_SAML_INITIATOR, ASYMMETRIC_SAML_RESPONDER } from './options-shape.ts';
import { subjectOf } from './saml.ts';

const KIND = 'asymmetric-saml';
const SIGNED: ConfirmedKind = { isSigned: true, hasUser: false };

/**
 * The initiator's. Everything is borrowed for as long as the initiator lives.
 * @throws Fault `caller.input-invalid` no such assertion, or of another holder
 */
function initiator(options: AsymmetricSamlInitiator): InitiatorBootstrap {
  requireOptions(ASYMMETRIC_SAML_INITIATOR, options, 'options');
  const { assertion, holder, service, trust } = options;
  if (!holderCertificate(assertion.octets).equals(holder.certificate))
    throw new Fault('caller.input-invalid', { input: 'assertion', reason: 'of another holder' });
  return {
    kind: KIND,
    protectedBy: 'message',
    begin: (scene) => {
      const { signature: algorithm } = scene.style;
      const signed = { assertion, proof: holder.privateKey, ...(algorithm !== undefined && { algorithm }) };
      return {
        request: { ...encryptedFor(service, scene), ...signed },
        policy: policyOf('x509', answerChanges(scene.style, SIGNED)),
        credentials: { trust, ownKeys: [holder] },
        wipe: () => undefined,
      };
    },
    encryptKey: (secret, scene) => hiddenFor(service, secret, scene),
  };
}

/** The responder's: the principal is the subject, as its issuer names it. */
function responder(options: AsymmetricSamlResponder): ResponderBootstrap {
  requireOptions(ASYMMETRIC_SAML_RESPONDER, options, 'options');
  const { signature, ownKeys, issuers, audiences, reference = 'issuer-serial' } = options;
  const recipientOf = (message: OpenedMessage): KeyRecipient => ({ certificate: holderOf(message), reference });
  return {
    kind: KIND,
    protectedBy: 'message',
    profile: 'saml',
    demands: { confirmations: ['holder-of-key'], requireAssertion: true, audiences },
    allows: { keyTransports: policyOf('saml').keyTransports },
    credentials: { ownKeys, assertionIssuers: issuers },
    principalOf: ({ message }) => subjectOf(message),
    answer: ({ message }, scene) => ({
      ...between(signature, recipientOf(message), scene),
      ...confirmationOf(scene.style, message, SIGNED),
    }),
    encryptKey: (secret, { message }, scene) => hiddenFor(recipientOf(message), secret, scene),
  };
}

/** The holder of an assertion, and a certificate. */
export const asymmetricSaml: BootstrapKind<[AsymmetricSamlInitiator], [AsymmetricSamlResponder]> = {
  initiator,
  responder,
};

/** @throws Fault `peer.authentication-failed` nobody knows whom to encrypt for */
function holderOf({ assertions: [assertion] }: OpenedMessage): Certificate {
  try {
    return holderCertificate(assertion?.bytes ?? new Uint8Array());
  } catch (error) {
    throw new Fault('peer.authentication-failed', { reason: 'a holder without a certificate' }, error);
  }
}
