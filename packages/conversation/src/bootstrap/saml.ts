/** A SAML assertion that somebody else issued, over TLS: of a bearer, or of the holder of a key, who signs the Timestamp. */
import type { PrivateKey } from '@parley/core';
import { Fault, Secret } from '@parley/core';
import { requireOptions } from '@parley/core/internal';
import type { OpenedMessage, PolicyChanges } from '@parley/engine';
import { policyOf } from '@parley/engine';
import type { BootstrapKind, HandshakeScene, InitiatorBootstrap, ResponderBootstrap } from './bootstrap.ts';
import type { SamlInitiator, SamlResponder } from './options.ts';
import { SAML_INITIATOR, SAML_RESPONDER } from './options-shape.ts';
import { answerOverTls, handshakeOverTls, TIMESTAMP_ALONE, TIMESTAMP_SIGNED } from './over-tls.ts';

/** The initiator's. Everything is borrowed for as long as the initiator lives. */
function initiator(options: SamlInitiator): InitiatorBootstrap {
  requireOptions(SAML_INITIATOR, options, 'options');
  const { assertion, proof } = options;
  return {
    kind: 'saml-over-tls',
    protectedBy: 'channel',
    begin: (scene) =>
      handshakeOverTls(
        proof === undefined
          ? { transport: true, assertions: [assertion] }
          : {
              assertion,
              proof,
              suite: scene.suite,
              ...algorithmOf(proof, scene),
              ...TIMESTAMP_SIGNED,
            },
        scene,
      ),
  };
}

function algorithmOf(proof: PrivateKey | Secret, { style }: HandshakeScene): { readonly algorithm?: string } {
  return proof instanceof Secret || style.signature === undefined ? {} : { algorithm: style.signature };
}

/** The responder's: the principal is the subject, as its issuer names it. */
function responder(options: SamlResponder): ResponderBootstrap {
  requireOptions(SAML_RESPONDER, options, 'options');
  const { confirmation, issuers, audiences, ownKeys, trust } = options;
  const assertion: PolicyChanges = { confirmations: [confirmation], requireAssertion: true, audiences };
  const isBearer = confirmation === 'bearer';
  return {
    kind: 'saml-over-tls',
    protectedBy: 'channel',
    profile: isBearer ? 'transport' : 'saml',
    demands: { ...assertion, ...(isBearer ? { requireSignedAssertion: false } : TIMESTAMP_ALONE) },
    allows: isBearer ? { signatures: policyOf('saml').signatures } : {},
    credentials: { assertionIssuers: issuers, ownKeys, trust },
    principalOf: ({ message }) => subjectOf(message),
    answer: answerOverTls,
  };
}

/** A SAML assertion over TLS. */
export const samlOverTls: BootstrapKind<[SamlInitiator], [SamlResponder]> = { initiator, responder };

/**
 * Issuers name their subjects as they like, so one name of two issuers is two principals.
 * @throws Fault `peer.authentication-failed`
 */
export function subjectOf({ assertions }: OpenedMessage): string {
  const [assertion] = assertions;
  if (assertion?.subject === undefined || assertions.length > 1)
    throw new Fault('peer.authentication-failed', { reason: 'not one assertion about a subject' });
  return `${assertion.subject.name} (${assertion.issuer})`;
}
