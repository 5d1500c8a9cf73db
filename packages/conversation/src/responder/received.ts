/** What a responder says of a request, and is told for its answer. */
import type { FailedReply } from '@parley/core';
import type { ContextMessage, OpenedMessage } from '@parley/engine';
import type { Sequenced, SequenceExchange } from '../sequence-keeping/sequence-desk.ts';
import type { ContextName } from '../trust/token-reference.ts';
import type { AmendedContext } from './amend-context.ts';
import type { IssuedContext } from './grant-context.ts';
import type { NegotiatingContext } from './negotiate-context.ts';
import type { RenewedContext } from './renew-context.ts';
import type { PropagatedContext } from './take-propagated.ts';

/** What a request was. `reply`, where there is one, goes back to the sender as it is. */
export type Received =
  | IssuedContext
  | RenewedContext
  | { readonly kind: 'cancelled'; readonly reply: Uint8Array; readonly identifier: string }
  | AmendedContext
  | NegotiatingContext
  /** A context that the initiator made. There is no reply: over HTTP, 202 says that it came. */
  | PropagatedContext
  /**
   * For the application, which answers through {@link Responder.secure}; also one that brought its context in its header, of which
   * the bootstrap says who sent it. `claims`: what amendments added to the context.
   */
  | { readonly kind: 'message'; readonly message: ContextMessage; readonly claims: readonly string[] }
  /**
   * In a sequence, or about one: `exchange` hands over what can be, and gives the answer. Outside of a context, `principal` is its sender.
   * `claims` as of a message.
   */
  | {
      readonly kind: 'sequence';
      readonly message: OpenedMessage;
      readonly claims: readonly string[];
      readonly exchange: SequenceExchange;
    }
  /** `failure` says precisely why, for the log; `reply` says little, for the peer. */
  | { readonly kind: 'refused'; readonly reply: Uint8Array; readonly failure: FailedReply };

/** What an answer is made of beside its envelope: the request, as it was received. */
export type Answered = ContextName & Partial<Pick<OpenedMessage, 'signatureValues'>>;

/** What came of a message, with what its context has. */
export function withClaims(
  received: Sequenced | { readonly kind: 'message'; readonly message: ContextMessage },
  claims: readonly string[],
): Received {
  return received.kind === 'refused' ? received : { ...received, claims };
}
