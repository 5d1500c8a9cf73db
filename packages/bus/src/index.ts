// Messages.
export type { BusMessage, Delivery, OutgoingMessage } from './message/bus-message.ts';
export { HEADER_PREFIX, headerText } from './message/verdict-headers.ts';

// What may be seen once, by whom first.
export type { Claims } from './claims/claims.ts';
export { MemoryClaims } from './claims/memory-claims.ts';
export type { MemoryClaimsOptions } from './claims/memory-claims.ts';

// Stages.
export type { Settled, Stage } from './stage/stage.ts';
export type {
  Opener,
  OpeningOptions,
  ProofOptions,
  ResealingOptions,
  RetryPace,
  Sealer,
  SealingOptions,
  SealRequestFor,
  StagePace,
} from './stage/options.ts';
export { opening, verifying } from './stage/opening.ts';
export { resealing, sealing } from './stage/sealing.ts';

// From a bus to a bus.
export type { Inlet, Outlet, Unsendable } from './relay/ports.ts';
export { refused } from './relay/refused.ts';
export { relay, sendThenAcknowledge } from './relay/relay.ts';
export type { Commit, CommitBatch, RelayOptions } from './relay/options.ts';
export type { RelaySummary } from './relay/relay.ts';

// Requests and answers.
export type { AnsweringOptions } from './exchange/answering.ts';
export { answerRequests } from './exchange/answering.ts';
export type { BusAnswer, BusConversationOptions } from './exchange/bus-conversation.ts';
export { BusConversation } from './exchange/bus-conversation.ts';
export type { BusRequest, Requester, RequestInlet } from './exchange/requests.ts';
export { SOAP_ACTION_HEADER } from './exchange/requests.ts';
