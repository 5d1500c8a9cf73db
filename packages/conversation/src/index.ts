export { DEFAULT_GRACE_MS } from './store/context-store.ts';
export type { ContextStore, ContextStoreOptions } from './store/context-store.ts';
export { wipeContext } from './store/context-copy.ts';
export { MemoryContextStore } from './store/memory-context-store.ts';
export { openLmdbContextStore } from './store/lmdb-context-store.ts';
export type { LmdbContextStoreOptions } from './store/lmdb-context-store.ts';
export {
  KeyEncryptionKey,
  createKeyEncryptionKeyFile,
  keyEncryptionKeyFromFile,
  keyEncryptionKeyFromText,
} from './store/key-encryption-key.ts';
export { MemoryReplayCache } from './replay-cache.ts';
export type { ReplayCache } from './replay-cache.ts';
export type { Ambient } from './ambient.ts';
export { Initiator } from './initiator.ts';
export type { Established, InitiatorAwaits } from './initiator.ts';
export type { InitiatorOptions } from './initiator-settings.ts';
export { RENEW_PROTECTION, REQUEST_PROTECTION, RESPONSE_PROTECTION } from './protection.ts';
export type { Protection } from './protection.ts';
export type { Channel } from './request-in-hand.ts';
export { Responder } from './responder.ts';
export type { Received } from './responder.ts';
export type { ResponderOptions } from './responder-settings.ts';
export { writeEnvelope } from './soap/envelope-writer.ts';
export type { EnvelopeParts } from './soap/envelope-writer.ts';
export type { SoapVersion } from '@parley/engine';
export { writeFaultReply } from './soap/soap-fault.ts';
export type { FaultReplyParts } from './soap/soap-fault.ts';
export { requestAction, responseAction, trustActionOf } from './trust/actions.ts';
export type { Operation, TrustAction } from './trust/actions.ts';
export { passwordMatches } from './trust/password.ts';
export type { Authenticate, PasswordAttempt } from './trust/password.ts';
export type { ContextName } from './trust/token-reference.ts';
export type { UsernameCredential } from './trust/username-token.ts';
