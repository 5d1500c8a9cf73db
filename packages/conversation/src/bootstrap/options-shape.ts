/** What each way to begin is given. */
import { PrivateKey, Secret, Trust } from '@parley/core';
import type { Kind } from '@parley/core/internal';
import { callback, instanceOf, isObject, listOf, oneOf, optional, shapeOf, TEXT } from '@parley/core/internal';
import {
  ASSERTION_ISSUERS,
  ASSERTION_TOKEN,
  CERTIFICATE_SIGNATURE,
  OWN_KEY,
  OWN_KEYS,
  RECIPIENT,
} from '@parley/engine/internal';
import type { Authenticate } from '../trust/password.ts';
import type { UsernameCredential } from '../trust/username-credential.ts';
import type {
  AsymmetricSamlInitiator,
  AsymmetricSamlResponder,
  AsymmetricX509Initiator,
  AsymmetricX509Responder,
  CertificateOverTlsInitiator,
  CertificateOverTlsResponder,
  SamlByMessageInitiator,
  SamlByMessageResponder,
  SamlInitiator,
  SamlResponder,
  SymmetricX509Initiator,
  SymmetricX509Responder,
  UsernameResponder,
} from './options.ts';

const TRUST = instanceOf(Trust);
const AUTHENTICATE = callback<Authenticate>();

export const CREDENTIAL: Kind<UsernameCredential> = shapeOf<UsernameCredential>({
  username: TEXT,
  password: instanceOf(Secret),
  passwordType: optional(oneOf(['text', 'digest'])),
});

export const USERNAME_RESPONDER: Kind<UsernameResponder> = shapeOf<UsernameResponder>({ authenticate: AUTHENTICATE });
export const SYMMETRIC_INITIATOR: Kind<SymmetricX509Initiator> = shapeOf<SymmetricX509Initiator>({
  service: RECIPIENT,
  username: optional(CREDENTIAL),
  endorse: optional(CERTIFICATE_SIGNATURE),
});
export const SYMMETRIC_RESPONDER: Kind<SymmetricX509Responder> = shapeOf<SymmetricX509Responder>({
  ownKeys: OWN_KEYS,
  authenticate: optional(AUTHENTICATE),
  endorsers: optional(TRUST),
});
export const ASYMMETRIC_INITIATOR: Kind<AsymmetricX509Initiator> = shapeOf<AsymmetricX509Initiator>({
  signature: CERTIFICATE_SIGNATURE,
  service: RECIPIENT,
  trust: TRUST,
  ownKeys: OWN_KEYS,
});
const REFERENCE = optional(oneOf(['direct', 'embedded', 'subject-key-identifier', 'thumbprint', 'issuer-serial']));
export const ASYMMETRIC_RESPONDER: Kind<AsymmetricX509Responder> = shapeOf<AsymmetricX509Responder>({
  signature: CERTIFICATE_SIGNATURE,
  ownKeys: OWN_KEYS,
  trust: TRUST,
  reference: REFERENCE,
});
export const ASYMMETRIC_SAML_INITIATOR: Kind<AsymmetricSamlInitiator> = shapeOf<AsymmetricSamlInitiator>({
  assertion: ASSERTION_TOKEN,
  holder: OWN_KEY,
  service: RECIPIENT,
  trust: TRUST,
});
export const ASYMMETRIC_SAML_RESPONDER: Kind<AsymmetricSamlResponder> = shapeOf<AsymmetricSamlResponder>({
  signature: CERTIFICATE_SIGNATURE,
  ownKeys: OWN_KEYS,
  issuers: ASSERTION_ISSUERS,
  audiences: listOf(TEXT),
  reference: REFERENCE,
});
export const CERTIFICATE_INITIATOR: Kind<CertificateOverTlsInitiator> = shapeOf<CertificateOverTlsInitiator>({
  signature: CERTIFICATE_SIGNATURE,
});
export const CERTIFICATE_RESPONDER: Kind<CertificateOverTlsResponder> = shapeOf<CertificateOverTlsResponder>({
  trust: TRUST,
});
export const SAML_INITIATOR: Kind<SamlInitiator> = shapeOf<SamlInitiator>({
  assertion: ASSERTION_TOKEN,
  proof: optional(instanceOf<PrivateKey | Secret>(PrivateKey, Secret)),
});
export const SAML_RESPONDER: Kind<SamlResponder> = shapeOf<SamlResponder>({
  confirmation: oneOf(['bearer', 'holder-of-key']),
  issuers: ASSERTION_ISSUERS,
  audiences: listOf(TEXT),
  ownKeys: optional(OWN_KEYS),
  trust: optional(TRUST),
});

const SAML_PROTECTING = shapeOf<Extract<SamlByMessageInitiator, { readonly proof: Secret }>>({
  assertion: ASSERTION_TOKEN,
  proof: instanceOf(Secret),
});
const SAML_BESIDE = shapeOf<Extract<SamlByMessageInitiator, { readonly service: unknown }>>({
  assertion: ASSERTION_TOKEN,
  service: RECIPIENT,
  proof: optional(instanceOf(PrivateKey)),
});
/** With a service, it goes beside that one's certificate. */
export const SAML_BY_MESSAGE_INITIATOR: Kind<SamlByMessageInitiator> = {
  type: 'object',
  misfit: (value) => (isObject(value) && 'service' in value ? SAML_BESIDE : SAML_PROTECTING).misfit(value),
};
export const SAML_BY_MESSAGE_RESPONDER: Kind<SamlByMessageResponder> = shapeOf<SamlByMessageResponder>({
  ownKeys: OWN_KEYS,
  confirmation: oneOf(['bearer', 'endorsing', 'protecting']),
  issuers: ASSERTION_ISSUERS,
  audiences: listOf(TEXT),
  trust: optional(TRUST),
});
