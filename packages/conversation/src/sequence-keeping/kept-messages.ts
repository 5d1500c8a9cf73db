/** What is kept of single messages, at a responder, until they are settled. */
import type { OpenedMessage } from '@parley/engine';

/** Of one that came in; nothing, once the application is done and had nothing to say, or its answer has arrived. */
export type KeptIncoming =
  /** It waits for those before it, or for the application. */
  | { readonly kind: 'waiting'; readonly message: OpenedMessage }
  /** LastMessage of 2005/02, which the application does not get. */
  | { readonly kind: 'last' }
  /** The application is done, and its answer is that message of the way back. */
  | { readonly kind: 'answered'; readonly answer: number }
  /** The same where no way back was offered: an answer without a number. */
  | { readonly kind: 'answered-plainly'; readonly envelope: Uint8Array };

/** Of an answer that goes out: its envelope without protection, and what it answers. */
export interface KeptOutgoing {
  readonly envelope: Uint8Array;
  readonly inReplyTo: number;
}
