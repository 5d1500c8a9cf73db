/** What a message does to the sequences of its owner. */
import type { OpenedMessage, Policy } from '@parley/engine';
import type { Numbered, SequenceHeaders } from '../sequence-wire/headers.ts';
import type { SequenceAnswer } from './sequence-answer.ts';
import type { SequenceOwner } from './sequence-owner.ts';

/** What a responder knows of a message that was proven. */
export interface SequenceScene {
  readonly message: OpenedMessage;
  readonly owner: SequenceOwner;
  readonly headers: SequenceHeaders | undefined;
  readonly action: string | undefined;
  readonly messageId: string | undefined;
  readonly policy: Policy;
  readonly address: string;
}

/** Which message of which session. */
export interface Place {
  readonly partition: string;
  readonly ordinal: number;
  readonly number: number;
}

/** What a message was to the sequences of its owner. */
export type SequenceStep =
  | { readonly kind: 'unnumbered' }
  /** Of the application, or the last one: to be handed over when it is its turn. */
  | { readonly kind: 'numbered'; readonly place: Place }
  /** The same, to be handed over at once, and counted when the application is done (`at-least-once`). */
  | { readonly kind: 'uncounted'; readonly place: Place; readonly numbered: Numbered }
  /** It asked for something; `session` may have messages that can be handed over now. */
  | {
      readonly kind: 'answer';
      readonly answer: SequenceAnswer | undefined;
      readonly session: Omit<Place, 'number'> | undefined;
    };

/** A message whose turn it is. */
export type Turn = {
  readonly number: number;
  readonly message: OpenedMessage | undefined;
  readonly identifier: string;
};

/** Counters since the responder was made. */
export interface SequenceStats {
  /** Answers that grant a sequence. */
  readonly created: number;
  /** Messages that were new. */
  readonly messages: number;
  /** Messages that were there already. */
  readonly repeated: number;
  /** Messages that there was no room for. */
  readonly beyond: number;
}
