// One message.
export { open } from './entry/open.ts';
export type {
  AssertionIssuer,
  Credentials,
  KnownEncryptedKeys,
  KnownPasswords,
  OwnKey,
  PasswordAttempt,
} from './keys/credentials.ts';
export type { OpenRequest, PlanRequest } from './open/request.ts';
export { planOf } from './open/message-plan.ts';
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
  ReferencePlan,
  SignaturePlan,
  SymmetricKeyPlan,
  TransportPlan,
  UsernameKeyPlan,
  WrapPlan,
} from './open/message-plan.ts';
export { describePlan } from './open/plan-text.ts';
export type { DeviationName } from './explain/deviations.ts';
export { explainDigests } from './explain/explain-digests.ts';
export type { KeyRequest, ValueExplanation } from './explain/explain-value.ts';
export type { ValueCause } from './explain/value-cause.ts';
export type { Variant } from './explain/variants.ts';
export type {
  CauseExplanation,
  ExplainRequest,
  ReferenceExplanation,
  SignatureExplanation,
} from './explain/explain-digests.ts';
export { replayEntries } from './open/replay-key.ts';
export type { ReplayCache, ReplayEntry, ReplayMemory, ReplayShare } from './message/replay-memory.ts';
export { seal } from './entry/seal.ts';
export { issueAssertion } from './issue/issue-assertion.ts';
export type { AssertionRequest, HolderKey } from './issue/assertion-request.ts';
export type { AttributeWish } from './write/saml-assertion.ts';
export { EncryptedKey } from './seal/encrypted-key.ts';
export type { KeyRecipient, SessionKeyOptions, WrappingKey } from './seal/session-key.ts';
export type {
  AssertionSealRequest,
  AssertionSignature,
  AssertionToken,
  BootstrapSealRequest,
  CertificateSealRequest,
  CertificateSignature,
  ContextProof,
  EncryptedKeySealRequest,
  PasswordSealRequest,
  SealedMessage,
  SealOptions,
  SealRequest,
  SignedSelection,
  SupportingUsername,
  TransportSealRequest,
} from './seal/request.ts';
export type {
  AddressingClaims,
  AssertionAttribute,
  AssertionKeyUse,
  AssertionSubject,
  AuthenticatedUser,
  BearerContext,
  NamedContext,
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
  UnderstoodHeader,
  UsernameKeyUse,
} from './message/opened-message.ts';
export { isContextMessage } from './message/opened-message.ts';
export type { AddressingName } from './message/addressing-names.ts';
export type { PasswordType } from './message/password-type.ts';
export type { ElementName, PayloadPath } from './message/payload-path.ts';
export type { HeaderName } from './message/header-name.ts';
export { LAYOUTS } from './policy/layout.ts';
export type { Layout } from './policy/layout.ts';
export type { Policy, PolicyChanges } from './policy/policy.ts';
export { policyOf } from './policy/policy-of.ts';
export { BOOTSTRAP_PROFILE_NAMES, PROFILE_NAMES } from './policy/profiles.ts';
export type { BootstrapProfileName, PolicyName, ProfileName } from './policy/profiles.ts';
export { SEAL_PROFILE_NAMES, sealProfile } from './seal/profiles.ts';
export type { SealProfile, SealProfileName } from './seal/profiles.ts';
export { Workspace } from './memory/workspace.ts';
export type { TemplateCounts, WorkspaceOptions } from './memory/workspace.ts';

// Many, on worker threads.
export { createPool } from './pool/create-pool.ts';
export type {
  AllOptions,
  Answered,
  BatchVerifier,
  CallOptions,
  ContextChanges,
  ContextResolver,
  DecryptionEntry,
  Pool,
  PoolEnvelope,
  PoolLatency,
  PoolMessage,
  PoolOptions,
  PoolStats,
  WorkerLoad,
} from './pool/contract.ts';
export type { PoolBootstrapSealRequest, PoolSealRequest } from './pool/transfer/seal-request.ts';
export type { PoolCredentials } from './pool/transfer/credentials.ts';
export type { Verdict } from './pool/transfer/verdict.ts';

// The readers, for packages that read messages which no context secures yet.

// The writers, for packages that write messages which no context secures yet.
export type { AssertionReference } from './write/assertion-reference.ts';
export type { CertificateReference } from './write/certificate-reference.ts';
export type { SoapVersion } from './write/soap.ts';
