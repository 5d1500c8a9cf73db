export { DEFAULT_GRACE_MS } from './store/context-store.ts';
export type { ContextStore, ContextStoreOptions, SealedContextStore, TokenStates } from './store/context-store.ts';
export { wipeContext } from './store/context-copy.ts';
export { MemoryContextStore } from './store/memory-context-store.ts';
export { TokenContextStore } from './token-state/token-context-store.ts';
export type { TokenContextStoreOptions } from './token-state/token-context-store.ts';
export type { DividedReplayOptions } from './remote-store/divided-replay-cache.ts';
export type { ReplayQuestion } from './replay/replay-doors.ts';
export { DividedReplayCache } from './remote-store/divided-replay-cache.ts';
export { MemoryReplayCache } from './replay/replay-cache.ts';
export type { ReplayCache } from '@parley/engine';
export type { Alarm, AlarmKind } from './quota/alarm-bell.ts';
export type { Ambient } from './exchange/ambient.ts';
export { systemAmbient } from './exchange/system-ambient.ts';
export type { PoolMaker, PoolNeeds } from './exchange/work.ts';
export { Initiator } from './initiator/initiator.ts';
export { saysContextIsLost } from './initiator/outcome.ts';
export type { AnsweredCancel, InitiatorAwaits, Outcome, OutgoingRequest } from './initiator/outcome.ts';
export type { InitiatorOptions } from './initiator/options.ts';
export { PEER_NAMES, peerProfile } from './protection/peer-profiles.ts';
export type { EndpointPolicy } from './protection/endpoint-policy.ts';
export type { PeerName } from './protection/peer-profiles.ts';
export type { ConversationProfile, HandshakeStyle } from './protection/conversation-profile.ts';
export type {
  ContextProtection,
  Guard,
  Protection,
  ProtectionRequest,
  TransportProtection,
} from './protection/protection.ts';
export type { Channel } from './exchange/channel.ts';
export { Responder } from './responder/responder.ts';
export type { Answered, Received } from './responder/received.ts';
export type { ResponderOptions } from './responder/options.ts';

// How conversations begin.
export type {
  BootstrapKind,
  HandshakeProof,
  HandshakeScene,
  InitiatorBootstrap,
  InitiatorHandshake,
  ResponderBootstrap,
} from './bootstrap/bootstrap.ts';
export type {
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
} from './bootstrap/options.ts';
export { usernameOverTls } from './bootstrap/username-over-tls.ts';
export { symmetricX509 } from './bootstrap/symmetric-x509.ts';
export { asymmetricSaml } from './bootstrap/asymmetric-saml.ts';
export { asymmetricX509 } from './bootstrap/asymmetric-x509.ts';
export { certificateOverTls } from './bootstrap/certificate-over-tls.ts';
export { clientCertificate } from './bootstrap/client-certificate.ts';
export { samlOverTls } from './bootstrap/saml.ts';
export { samlByMessage } from './bootstrap/saml-by-message.ts';
export { sessionToken } from './bootstrap/session-token.ts';
export type { SessionUse } from './bootstrap/session-token.ts';

export { bodyPayload } from './soap/body-payload.ts';
export type { BodyPayload } from './soap/body-payload.ts';
export { envelope } from './soap/envelope.ts';
export type { EnvelopeOptions } from './soap/envelope.ts';
export { writeEnvelope } from './soap/envelope-writer.ts';
export type { EnvelopeParts } from './soap/envelope-writer.ts';
export type { SoapVersion } from '@parley/engine';
export { writeFaultReply } from './soap/soap-fault.ts';
export type { FaultReplyParts, PeerFault } from './soap/soap-fault.ts';
export type { AddressingStyle } from './soap/addressing-style.ts';
export type { ReferenceOctets } from './trust/issuers-references.ts';
export type { KeyForm } from './trust/key-element.ts';
export type { ExchangeElements } from './trust/exchange-elements.ts';
export type { NegotiationKind, NegotiationScene, NegotiationSide } from './negotiation/negotiation.ts';
export { ephemeralKey } from './negotiation/ephemeral-key.ts';
export { signedChallenge } from './negotiation/signed-challenge.ts';
export type { Amendment, AmendmentPolicy, AmendmentRequest } from './responder/amendment-policy.ts';
export type { EndOptions, ResponderRequest } from './responder/end-context.ts';
export type {
  ContextChange,
  ContextCreation,
  ContextTransfer,
  MayCreateContexts,
  MayTransferContexts,
  TellServices,
} from './responder/options.ts';
export type { KeyContribution } from './trust/key-material.ts';
export { requestAction, responseAction, trustActionOf, trustVersionOf } from './soap/actions.ts';
export type { Operation, TrustAction } from './soap/actions.ts';
export { passwordMatches } from './trust/password.ts';
export type { Authenticate } from './trust/password.ts';
export type { PasswordAttempt } from '@parley/engine';
export { namedContexts } from './trust/named-contexts.ts';
export type { ContextName } from './trust/token-reference.ts';
export type { UsernameCredential } from './trust/username-credential.ts';

// Sequences of messages.
export { SequencedInitiator } from './sequenced/sequenced-initiator.ts';
export { PerMessageInitiator } from './sequenced/per-message-initiator.ts';
export type { OpenedOutcome, PerMessageOptions } from './sequenced/per-message-initiator.ts';
export type { Unsettled } from './sequenced/sequenced-initiator.ts';
export type { SequencedInitiatorOptions } from './sequenced/options.ts';
export type { SequencedOutcome } from './sequenced/take-answer.ts';
export type { DeliveryOrder } from './sequence/destination.ts';
export type { RetransmissionPace } from './sequence/schedule.ts';
export type { SequenceVersion } from './sequence-wire/generation.ts';
export type { SequenceStats } from './sequence-keeping/sequence-step.ts';
export type { SequencePlace, ServeNumbered } from './sequence-keeping/delivery-queue.ts';
export { withSequences } from './sequence-keeping/sequence-profile.ts';
export { completeSequenceSettings } from './sequence-keeping/settings.ts';
export type {
  Delivery,
  ResponderSequenceOptions,
  SequenceOptions,
  SequenceSettings,
} from './sequence-keeping/settings.ts';
export type { AddressedMessage, SequenceExchange } from './sequence-keeping/sequence-desk.ts';
export { MemoryRecords } from './store/record-store.ts';
export type { Records, RecordStore, StoredRecord } from './store/record-store.ts';
export { claimedSequenceHeaders } from './sequence-keeping/proven-headers.ts';
export { SEQUENCE_HEADERS } from './sequence-keeping/sequence-profile.ts';
export type { Acknowledgement, Numbered, SequenceHeaders } from './sequence-wire/headers.ts';
export type { NumberRange, NumberRanges } from './sequence-wire/number-ranges.ts';
export type { SequenceFault } from './sequence-wire/sequence-fault.ts';
