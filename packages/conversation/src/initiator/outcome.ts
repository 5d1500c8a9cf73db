/** What an initiator hands out: requests to be sent, and what their answers were. */
import type { FailedReply } from '@parley/core';
import { FAULT_CODES } from '@parley/core';
import type { Kind } from '@parley/core/internal';
import { objectWith, oneOf, readable, requireKind } from '@parley/core/internal';
import type { OpenedMessage } from '@parley/engine';
import type { PeerFault } from '../soap/soap-fault.ts';
import type { OpenedAnswer } from './answers.ts';

/** What an initiator waits for. `messages`: it has a context, and may use it. */
export type InitiatorAwaits =
  | 'issue'
  | 'issue-response'
  | 'messages'
  | 'renew-response'
  | 'amend-response'
  | 'cancel-response'
  | 'nothing';

/** A request to be sent; its answer goes to {@link Initiator.receive} with it. */
export interface OutgoingRequest {
  /** The message; it may hold a password or entropy: keep no copy. */
  readonly octets: Uint8Array;
  /** For the transport: SOAPAction, or the action parameter of the media type. */
  readonly soapAction: string;
  /** What names the request here: its wsa:MessageID, if it has one. */
  readonly messageId: string;
}

/** What an answer was. */
export type Outcome =
  | { readonly kind: 'issued' | 'renewed' | 'amended' | 'cancelled' }
  /** The parties are not agreed yet: send this, and receive its answer. */
  | { readonly kind: 'negotiating'; readonly next: OutgoingRequest }
  /** To an application's request; proven, and the answer to that one. */
  | { readonly kind: 'answer'; readonly message: OpenedMessage }
  /** A SOAP fault that is proven as an answer is: the application's, or that of the peer's stack. Its Body is in `message`. */
  | { readonly kind: 'fault'; readonly message: OpenedMessage; readonly fault: PeerFault };

/** What an opened answer is to the application. */
export function outcomeOf({ message, fault }: OpenedAnswer): Outcome {
  return fault === undefined ? { kind: 'answer', message } : { kind: 'fault', message, fault };
}

/** Codes that peers answer with when they have a context no more. */
const LOST_CODES: readonly string[] = ['BadContextToken', 'RenewNeeded', 'SecurityError'];

type Failure = Pick<FailedReply, 'code' | 'detail'>;

const FAILURE: Kind<Failure> = objectWith<Failure>({ code: oneOf(FAULT_CODES), detail: readable() });

/**
 * Whether a refused answer says that the peer has the context no more: then `abandon` it, establish another, and
 * send the request once more, once. CXF says so by the code that it has for every refusal. Nothing protects such a fault but the
 * channel: on an open one, whoever listens can make a request be sent twice.
 */
export function saysContextIsLost(failure: Pick<FailedReply, 'code' | 'detail'>): boolean {
  requireKind(FAILURE, failure, 'failure');
  const { code, detail } = failure;
  return code === 'peer.soap-fault' && LOST_CODES.includes(String(detail['faultCode']));
}

/** The responder has ended the context. */
export interface AnsweredCancel {
  readonly kind: 'cancelled';
  /** The answer to it, which is to be sent. */
  readonly reply: Uint8Array;
}
