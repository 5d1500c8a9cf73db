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
export { MemoryReplayCache } from './replay/replay-cache.ts';
export type { ReplayCache } from './replay/replay-cache.ts';
export type { Ambient } from './exchange/ambient.ts';
export { Initiator } from './initiator/initiator.ts';
export type { Established, InitiatorAwaits } from './initiator/initiator.ts';
export type { InitiatorOptions } from './initiator/settings.ts';
export { RENEW_PROTECTION, REQUEST_PROTECTION, RESPONSE_PROTECTION } from './exchange/protection.ts';
export type { Protection } from './exchange/protection.ts';
export type { Channel } from './exchange/channel.ts';
export { Responder } from './responder/responder.ts';
export type { Received } from './responder/responder.ts';
export type { ResponderOptions } from './responder/settings.ts';
export { writeEnvelope } from './soap/envelope-writer.ts';
export type { EnvelopeParts } from './soap/envelope-writer.ts';
export type { SoapVersion } from '@parley/engine';
export { writeFaultReply } from './soap/soap-fault.ts';
export type { FaultReplyParts } from './soap/soap-fault.ts';
export { requestAction, responseAction, trustActionOf } from './soap/actions.ts';
export type { Operation, TrustAction } from './soap/actions.ts';
export { passwordMatches } from './trust/password.ts';
export type { Authenticate, PasswordAttempt } from './trust/password.ts';
export type { ContextName } from './trust/token-reference.ts';
export type { UsernameCredential } from './trust/username-token.ts';
