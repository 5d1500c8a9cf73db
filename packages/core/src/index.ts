export type {
  CipherAlgorithm,
  CipherName,
  DigestAlgorithm,
  HashName,
  KeyWrapAlgorithm,
  KeyWrapName,
  MacAlgorithm,
} from './algorithms/symmetric.ts';
export { digestAlgorithm } from './algorithms/symmetric.ts';
export type { Curve, KeyBlame, KeyRules, KeySource, KeyUse } from './asymmetric/key.ts';
export { PrivateKey, PublicKey } from './asymmetric/key.ts';
export { computeKey } from './symmetric/computed-key.ts';
export type { DerivationSpec } from './symmetric/derive-key.ts';
export { DEFAULT_LABEL, deriveKey } from './symmetric/derive-key.ts';
export { DigestStream } from './symmetric/digest.ts';
export type {
  FailedReply,
  FaultActor,
  FaultCode,
  FaultDetail,
  FaultRetry,
  Reply,
  SoapFault,
} from './base/fault.ts';
export {
  actorOf,
  FAULT_CODES,
  Fault,
  isFaultCode,
  isTransient,
  meaningOf,
  retryOf,
  soapFaultOf,
} from './base/fault.ts';
export { unwrap } from './base/unwrap.ts';
export type { Limits } from './base/limits.ts';
export { DEFAULT_LIMITS } from './base/limits.ts';
export { pSha1 } from './symmetric/p-sha1.ts';
export { passwordDigest, passwordKey } from './symmetric/password.ts';
export type {
  KeyFamily,
  KeyTransportAlgorithm,
  KeyTransportName,
  MaskAlgorithm,
  PssParameters,
  SignatureAlgorithm,
  SignatureName,
  SignatureScheme,
} from './algorithms/public-key.ts';
export { Secret } from './base/secret.ts';
export type { ContextSource, KeyInstance, KnownContexts, SecurityContext } from './context/security-context.ts';
export type { ContextFacts } from './context/context-of.ts';
export { contextOf } from './context/context-of.ts';
export { contextSource } from './context/context-source.ts';
export type { ConfirmationName, SamlVersion, Version } from './context/specification.ts';
export type { AlgorithmSuite, SuiteChanges, SuiteName } from './algorithms/suite.ts';
export { algorithmSuite, customSuite, SUITE_NAMES } from './algorithms/suite.ts';
export type { NameAttribute } from './x509/attribute-value.ts';
export { Certificate } from './x509/certificate.ts';
export type { CertificateOrigin } from './x509/configured.ts';
export { CertifiedKey } from './x509/certified-key.ts';
export type { RelativeNames } from './x509/distinguished-name.ts';
export { DistinguishedName } from './x509/distinguished-name.ts';
export type { CertificateExtensions } from './x509/extensions.ts';
export type { KeyPurpose, KeyPurposeName } from './x509/key-purpose.ts';
export { MESSAGE_PURPOSES } from './x509/key-purpose.ts';
export { RevocationList } from './x509/revocation-list.ts';
export type { TrustedCertificate, ValidationRequest } from './x509/trust.ts';
export type { CounterName, HistogramName, InstrumentName } from './telemetry/instruments.ts';
export { INSTRUMENTS, SECONDS_BUCKETS } from './telemetry/instruments.ts';
export type { LogFields, Logger } from './telemetry/logger.ts';
export type { Meter, MeterLabels, MeterReading } from './telemetry/meter.ts';
export type { Telemetry } from './telemetry/telemetry.ts';
export type { Span, SpanAttributes, SpanName, TraceHeaders, Tracing } from './telemetry/tracing.ts';
export type { TrustOptions } from './x509/trust-options.ts';
export { Trust } from './x509/trust.ts';
