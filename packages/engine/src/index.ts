// One message.
export { open } from './open.ts';
export type { AssertionIssuer, Credentials, KnownEncryptedKeys, KnownPasswords, OwnKey } from './credentials.ts';
export type { OpenRequest } from './open-request.ts';
export { planOf } from './message-plan.ts';
export type {
  AssertionKeyPlan,
  AssertionSecretPlan,
  CertificateKeyPlan,
  CertificatePlan,
  ContextKeyPlan,
  DecryptionPlan,
  EncryptedKeyPlan,
  KeyPlan,
  KnownEncryptedKeyPlan,
  MessagePlan,
  PlanRequest,
  ReferencePlan,
  SignaturePlan,
  SymmetricKeyPlan,
  TransportPlan,
  UsernameKeyPlan,
  WrapPlan,
} from './message-plan.ts';
export { describePlan } from './plan-text.ts';
export { replayEntries } from './replay-key.ts';
export type { ReplayEntry, ReplayMemory } from './replay-memory.ts';
export { seal } from './seal.ts';
export { issueAssertion } from './issue-assertion.ts';
export type { AssertionRequest, HolderKey } from './issue-assertion.ts';
export type { AttributeWish } from './write/saml-assertion.ts';
export { EncryptedKey } from './encrypted-key.ts';
export type { KeyRecipient, SessionKeyOptions, WrappingKey } from './encrypted-key.ts';
export type {
  AssertionSealRequest,
  AssertionSignature,
  AssertionToken,
  BootstrapSealRequest,
  CertificateSealRequest,
  CertificateSignature,
  EncryptedKeySealRequest,
  PasswordSealRequest,
  SealedMessage,
  SealOptions,
  SealRequest,
  SignedSelection,
  SupportingUsername,
} from './seal-request.ts';
export type {
  AssertionAttribute,
  AssertionKeyUse,
  AssertionSubject,
  AuthenticatedUser,
  CertificateKeyUse,
  ContextKeyUse,
  ContextMessage,
  Derivation,
  EncryptedKeyUse,
  EncryptedPart,
  KeySourceName,
  KeyUse,
  OpenedAssertion,
  OpenedMessage,
  PartRole,
  SignedPart,
  SymmetricKeyUse,
  UsernameKeyUse,
} from './opened-message.ts';
export { isContextMessage } from './opened-message.ts';
export type { HeaderName } from './header-name.ts';
export { LAYOUTS } from './layout.ts';
export type { Layout } from './layout.ts';
export { BOOTSTRAP_PROFILE_NAMES, PROFILE_NAMES, policyOf } from './policy.ts';
export type { BootstrapProfileName, Policy, PolicyChanges, ProfileName } from './policy.ts';
export { SEAL_PROFILE_NAMES, sealProfile } from './seal-profiles.ts';
export type { SealProfile, SealProfileName } from './seal-profiles.ts';
export { Workspace } from './workspace.ts';

// Many, on worker threads.
export { createPool } from './pool/pool.ts';
export type {
  ContextResolver,
  Pool,
  PoolBootstrapSealRequest,
  PoolMessage,
  PoolOptions,
  PoolSealRequest,
  PoolStats,
} from './pool/pool-contract.ts';
export type { PoolCredentials } from './pool/pool-credentials.ts';
export type { Verdict } from './pool/verdict.ts';

// The readers, for packages that read messages which no context secures yet.
export { readAddressing, requireAddressing } from './addressing.ts';
export type { AddressingValues } from './addressing.ts';
export { freshUntilMs, requireFresh } from './freshness.ts';
export {
  attributeValue,
  base64Octets,
  literalInstant,
  literalText,
  requireElementOnly,
  structureInvalid,
} from './read/claim.ts';
export { readMessage } from './read/message.ts';
export type { MessageClaims } from './read/message.ts';
export { readSecurityContextToken } from './read/security-context-token.ts';
export type { SecurityContextToken } from './read/security-context-token.ts';
export { ADDRESSING_NAMES, Addressing, readEnvelopeShape, readHeaderBlocks } from './read/soap-envelope.ts';
export type { AddressingName, SoapEnvelope } from './read/soap-envelope.ts';
export { isTokenReference, readTokenReference } from './read/token-reference.ts';
export type { TokenReference } from './read/token-reference.ts';
export { isUsernameToken, readPasswordText, readUsernameToken } from './read/username-token.ts';
export type { PasswordType, UsernameTokenClaim } from './read/username-token.ts';

// The writers, for packages that write messages which no context secures yet.
export { bound, TYPE, WSSE, WSU, WSU_ID } from './write/names.ts';
export type { AssertionReference } from './write/assertion-reference.ts';
export type { CertificateReference } from './write/certificate-reference.ts';
export { openSecurity } from './write/security-header.ts';
export { writeSecurityContextToken } from './write/security-context-token.ts';
export { SOAP, SOAP_NAMESPACES } from './write/soap.ts';
export type { SoapVersion } from './write/soap.ts';
export { writeTimestamp } from './write/timestamp.ts';
export { writeUsernameToken } from './write/username-token.ts';
export type { UsernameProof } from './write/username-token.ts';
export { writeContextReference } from './write/token-reference.ts';
export type { ContextReference } from './write/token-reference.ts';
