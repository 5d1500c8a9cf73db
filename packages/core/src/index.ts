export { DSIG_MORE_2007 } from './algorithm-table.ts';
export type {
  CipherAlgorithm,
  CipherName,
  DigestAlgorithm,
  HashName,
  KeyWrapAlgorithm,
  KeyWrapName,
  MacAlgorithm,
} from './algorithms.ts';
export {
  CIPHER_ALGORITHMS,
  cipherAlgorithm,
  DIGEST_ALGORITHMS,
  digestAlgorithm,
  KEY_WRAP_ALGORITHMS,
  keyWrapAlgorithm,
  MAC_ALGORITHMS,
  macAlgorithm,
} from './algorithms.ts';
export type { Curve, KeyBlame, KeyRules, KeySource, KeyUse } from './asymmetric-key.ts';
export { CURVE_URIS, PrivateKey, PublicKey } from './asymmetric-key.ts';
export {
  decodeBase64,
  decodeBase64Text,
  decodedBase64Length,
  decodedBase64Max,
  encodeBase64,
  encodedBase64Length,
  writeBase64,
} from './base64.ts';
export type { Decrypted } from './cipher.ts';
export { decrypt, decryptAllToEnd, decryptToEnd, encrypt } from './cipher.ts';
export { computeKey } from './computed-key.ts';
export { equalConstantTime, equalsText } from './constant-time.ts';
export type { DerivationSpec } from './derive-key.ts';
export { DEFAULT_LABEL, deriveKey } from './derive-key.ts';
export { DigestStream, digest, digestBase64 } from './digest.ts';
export type { FailedReply, FaultCode, FaultDetail, Reply, SoapFault } from './fault.ts';
export { FAULT_CODES, Fault, failedReply, isFaultCode, soapFaultOf } from './fault.ts';
export { formatInstant, parseInstant, parseInstantOctets } from './instant.ts';
export { invariant, unreachable } from './invariant.ts';
export type { KeyTransport, KeyTransportParameters } from './key-transport.ts';
export { decryptKey, encryptKey, keyTransport } from './key-transport.ts';
export { unwrapKey, wrapKey } from './key-wrap.ts';
export type { Limits } from './limits.ts';
export { completeLimits, DEFAULT_LIMITS } from './limits.ts';
export type { MacStream } from './mac.ts';
export { MacKey } from './mac.ts';
export type { OaepParameters } from './oaep.ts';
export { pSha1 } from './p-sha1.ts';
export {
  isSamePassword,
  PASSWORD_ITERATIONS_CEILING,
  PASSWORD_ITERATIONS_DEFAULT,
  PASSWORD_KEY_BYTES,
  PASSWORD_KEY_USES,
  PASSWORD_SALT_BYTES,
  passwordDigest,
  passwordKey,
} from './password.ts';
export type {
  KeyFamily,
  KeyTransportAlgorithm,
  KeyTransportName,
  MaskAlgorithm,
  PssParameters,
  SignatureAlgorithm,
  SignatureScheme,
} from './public-key-algorithms.ts';
export {
  KEY_TRANSPORT_ALGORITHMS,
  keyTransportAlgorithm,
  MASK_ALGORITHMS,
  maskAlgorithm,
  rsaPssAlgorithm,
  SIGNATURE_ALGORITHMS,
  signatureAlgorithm,
} from './public-key-algorithms.ts';
export { Secret } from './secret.ts';
export type { ContextSource, KeyInstance, SecurityContext } from './security-context.ts';
export { contextSource, selectKey } from './security-context.ts';
export { sign, signatureBytes, verify } from './signature.ts';
export type { ConfirmationName, SamlUris, SamlVersion, Version, VersionUris } from './specification.ts';
export {
  BASE64_BINARY,
  CONFIRMATION_NAMES,
  ENVELOPED_SIGNATURE,
  PASSWORD_TYPES,
  SAML_URIS,
  STR_TRANSFORM,
  TOKEN_TYPES,
  VERSION_URIS,
} from './specification.ts';
export type { AlgorithmSuite, SuiteChanges, SuiteName } from './suite.ts';
export { algorithmSuite, customSuite, SUITE_NAMES } from './suite.ts';
export { instantiate } from './web-assembly.ts';
export type { NameAttribute } from './x509/attribute-value.ts';
export { Certificate } from './x509/certificate.ts';
export { CertifiedKey } from './x509/certified-key.ts';
export type { RelativeNames } from './x509/distinguished-name.ts';
export { DistinguishedName } from './x509/distinguished-name.ts';
export type { CertificateExtensions } from './x509/extensions.ts';
export { KEY_USAGE } from './x509/extensions.ts';
export { readPkiPath, writePkiPath } from './x509/pki-path.ts';
export { RevocationList } from './x509/revocation-list.ts';
export type { TrustedCertificate, TrustOptions, ValidationRequest } from './x509/trust.ts';
export { Trust } from './x509/trust.ts';
