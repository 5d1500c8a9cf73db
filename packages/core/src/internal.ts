// What the other packages of Parley, its tests and its benchmarks use of this one beside what is public. No promise is made
// for it: names come and go without a new major version.

export {
  KEY_TRANSPORT_ALGORITHMS,
  keyTransportAlgorithm,
  MASK_ALGORITHMS,
  maskAlgorithm,
  rsaPssAlgorithm,
  SIGNATURE_ALGORITHM,
  SIGNATURE_ALGORITHMS,
  signatureAlgorithm,
} from './algorithms/public-key.ts';
export { SUITE } from './algorithms/suite.ts';
export {
  CIPHER_ALGORITHMS,
  cipherAlgorithm,
  DIGEST_ALGORITHM,
  DIGEST_ALGORITHMS,
  KEY_WRAP_ALGORITHMS,
  keyWrapAlgorithm,
  MAC_ALGORITHMS,
  macAlgorithm,
} from './algorithms/symmetric.ts';
export { DSIG_MORE_2007 } from './algorithms/table.ts';
export { CURVE_URIS } from './asymmetric/key.ts';
export { AGREEMENT_KEY_BYTES, AgreementKey } from './asymmetric/key-agreement.ts';
export type { KeyTransport, KeyTransportParameters } from './asymmetric/key-transport.ts';
export { decryptKey, encryptKey, keyTransport } from './asymmetric/key-transport.ts';
export type { OaepParameters } from './asymmetric/oaep.ts';
export { withWholeHalves } from './asymmetric/short-ecdsa.ts';
export { sign, signatureBytes, verify } from './asymmetric/signature.ts';
export {
  decodeBase64,
  decodeBase64Text,
  decodedBase64Length,
  decodedBase64Max,
  encodeBase64,
  encodedBase64Length,
  writeBase64,
} from './base/base64.ts';
export { connectionFailure, connectionReason } from './base/connection-failure.ts';
export { equalConstantTime, equalsText } from './base/constant-time.ts';
export { failedReply, withCause } from './base/fault.ts';
export { gotName } from './base/got.ts';
export { requireInput } from './base/input.ts';
export { formatInstant, parseInstant, parseInstantOctets } from './base/instant.ts';
export { invariant, unreachable } from './base/invariant.ts';
export { belowLimitFault, limitFault } from './base/limit-fault.ts';
export { nearestName } from './base/nearest-name.ts';
export { OldestFirst } from './base/oldest-first.ts';
export { jsonLine, printable, printableLines } from './base/printable.ts';
export { randomReserve } from './base/random-reserve.ts';
export { restoreStackDepth, withPeersFaultsAsData } from './base/stack-depth.ts';
export { CONTEXT_SECRET_BYTES_MIN } from './context/context-secret.ts';
export { CONTEXT } from './context/context-shape.ts';
export { selectKey } from './context/security-context.ts';
export type { SamlUris, VersionUris } from './context/specification.ts';
export {
  BASE64_BINARY,
  CONFIRMATION_NAMES,
  ENVELOPED_SIGNATURE,
  PASSWORD_TYPES,
  SAML_URIS,
  STR_TRANSFORM,
  TOKEN_TYPES,
  VERSION_URIS,
} from './context/specification.ts';
export { instantiate } from './hot/web-assembly.ts';
export { callbackFault, called, requireAnswer } from './options/called.ts';
export { completeLimits, LIMITS, SOME_LIMITS } from './options/complete-limits.ts';
export type { Kind } from './options/kind.ts';
export {
  anyOf,
  anything,
  asyncIterable,
  BIGINT,
  callback,
  END_MS,
  either,
  FINITE,
  FLAG,
  INSTANT_MS,
  instanceOf,
  isObject,
  iterable,
  listOf,
  memberOf,
  OCTETS,
  once,
  oneOf,
  only,
  optional,
  port,
  requireKind,
  requireOptions,
  TEXT,
  textLike,
  tuple,
  WHOLE_TEXT,
  whole,
} from './options/kind.ts';
export { filling, randomOctets } from './options/random-octets.ts';
export { saidAs } from './options/said-as.ts';
export type { Members } from './options/shape.ts';
export { keyed, objectWith, partOf, readable, shapeOf, tagged } from './options/shape.ts';
export type { Decrypted } from './symmetric/cbc-decipher.ts';
export { areWholeCbc, CbcDecipher } from './symmetric/cbc-decipher.ts';
export { decrypt, decryptAllToEnd, decryptToEnd, encrypt } from './symmetric/cipher.ts';
export { combinedHash } from './symmetric/combined-hash.ts';
export { fillDerivedKey } from './symmetric/derive-key.ts';
export { digest, digestBase64 } from './symmetric/digest.ts';
export { unwrapKey, wrapKey } from './symmetric/key-wrap.ts';
export type { MacStream } from './symmetric/mac.ts';
export { MacKey } from './symmetric/mac.ts';
export {
  isSamePassword,
  PASSWORD_ITERATIONS_CEILING,
  PASSWORD_ITERATIONS_DEFAULT,
  PASSWORD_KEY_BYTES,
  PASSWORD_KEY_USES,
  PASSWORD_SALT_BYTES,
} from './symmetric/password.ts';
export type { CompleteTelemetry } from './telemetry/telemetry.ts';
export { completeTelemetry, TELEMETRY, telemetryAt } from './telemetry/telemetry.ts';
export { KEY_USAGE } from './x509/extensions.ts';
export { readPkiPath, writePkiPath } from './x509/pki-path.ts';
export { TRUST_OPTIONS } from './x509/trust-options.ts';
