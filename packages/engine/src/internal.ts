// What the other packages of Parley, its tests and its benchmarks use of this one beside what is public. No promise is made
// for it: names come and go without a new major version.

export {
  attributeValue,
  base64Octets,
  contentOf,
  endOf,
  readInstant,
  requireElementOnly,
  startOf,
  trimmedText,
  valueOctets,
} from './claims/claim.ts';
export { isEncryptedKey } from './claims/encrypted-key.ts';
export type { SecurityContextToken } from './claims/security-context-token.ts';
export { readSecurityContextToken } from './claims/security-context-token.ts';
export { structureInvalid } from './claims/shape-refusals.ts';
export type { TokenReference } from './claims/token-reference.ts';
export { isTokenReference, readTokenReference, resolveFragment } from './claims/token-reference.ts';
export type { UsernameTokenClaim } from './claims/username-token.ts';
export { isUsernameToken, readPasswordText, readUsernameToken } from './claims/username-token.ts';
export { holderCertificate, holderSecretSha1 } from './keys/assertion-holder.ts';
export type { CarriedKeyOpening } from './keys/carried-key.ts';
export { openCarriedKey } from './keys/carried-key.ts';
export { ASSERTION_ISSUERS, OWN_KEY, OWN_KEYS } from './keys/credentials-shape.ts';
export { ADDRESSING_NAMES, Addressing } from './message/addressing-names.ts';
export { REPLAY_ENTRY, REPLAY_SHARE } from './message/replay-shape.ts';
export { freshUntilMs, requireFresh } from './open/freshness.ts';
export { isBesideMessage } from './open/replay-key.ts';
export { checkedPolicy } from './policy/policy-of.ts';
export { POLICY_CHANGES } from './policy/policy-shape.ts';
export { PROTECTION_ORDERS } from './policy/protection-order.ts';
export type { Crew } from './pool/create-pool.ts';
export { createBatchPool } from './pool/create-pool.ts';
export type { ErrandAnswer } from './pool/errands.ts';
export { Errands } from './pool/errands.ts';
export type { BatchPool } from './pool/pool.ts';
export { WorkerControl } from './pool/transfer/control.ts';
export { newSlab } from './pool/transfer/slab.ts';
export type { AttachedContext, BatchAnswer, WorkerTask } from './pool/transfer/task.ts';
export { CONTROL_BYTES } from './pool/transfer/task.ts';
export { partName, verdictOf } from './pool/transfer/verdict.ts';
export type { BatchRunner, Runner } from './pool/worker/batch-runner.ts';
export { fileOfWorker } from './pool/worker/file.ts';
export type { MessageRunner } from './pool/worker/message-runner.ts';
export { OctetWriter } from './pool/worker/octet-writer.ts';
export { threadRunner } from './pool/worker/thread-runner.ts';
export { readAddressing, requireAddressing } from './read/addressing.ts';
export type { IdPolicy, MessageClaims } from './read/message.ts';
export { checkMessageIds, readMessage } from './read/message.ts';
export type { SoapEnvelope } from './read/soap-envelope.ts';
export { readEnvelopeShape, readHeaderBlocks } from './read/soap-envelope.ts';
export { isEncrypting } from './seal/encrypted-selection.ts';
export { ASSERTION_TOKEN, CERTIFICATE_SIGNATURE, ENDORSEMENT, SIGN as SIGNED_SELECTION } from './seal/request-shape.ts';
export { envelopeFault } from './seal/rules.ts';
export { RECIPIENT } from './seal/session-key.ts';
export { bound, TYPE, WSSE, WSU, WSU_ID } from './write/names.ts';
export { writeSecurityContextToken } from './write/security-context-token.ts';
export { openSecurity } from './write/security-header.ts';
export { SOAP, SOAP_NAMESPACES } from './write/soap.ts';
export { writeTimestamp } from './write/timestamp.ts';
export type { ContextReference } from './write/token-reference.ts';
export { writeContextReference } from './write/token-reference.ts';
export type { UsernameProof } from './write/username-token.ts';
export { writeUsernameToken } from './write/username-token.ts';
