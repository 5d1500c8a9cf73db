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

export type SessionPlace = Omit<Place, 'number'>;

/** What a message was to the sequences of its owner. */
export type SequenceStep = { readonly kind: 'unnumbered' } | TakenStep;

/** One that is answered. */
export type TakenStep = {
  /** Ordinals of sessions that the message asked about beside its own. */
  readonly beside: readonly number[];
} & Taken;

/** What it was taken for. */
export type Taken =
  /** Of the application, or the last one: to be handed over when it is its turn. `turn`: one whose turn it is, this or another. */
  | { readonly kind: 'numbered'; readonly place: Place; readonly turn: Turn | undefined }
  /** The same, to be handed over at once, and counted when the application is done (`at-least-once`). */
  | { readonly kind: 'uncounted'; readonly place: Place; readonly numbered: Numbered }
  /** It asked for something; `session` may have messages that can be handed over now. */
  | {
      readonly kind: 'answer';
      readonly answer: SequenceAnswer | undefined;
      readonly session: SessionPlace | undefined;
    };

/** A message whose turn it is. */
export type Turn = {
  readonly number: number;
  readonly message: OpenedMessage | undefined;
  readonly identifier: string;
  /** Until when nobody else has it, unless the lease is renewed. */
  readonly untilMs: number;
};

/** What is to be done of a session. */
export interface Look {
  readonly turn: Turn | undefined;
  /** Whether the application is still to get the message that was asked about. */
  readonly isWaiting: boolean;
  /** Whether another node is at work. */
  readonly isElsewhere: boolean;
}

/** After the application was done with a message. */
export interface Done {
  /** What is said in return to it. */
  readonly answer: SequenceAnswer | undefined;
  /** The next one, if it is there. */
  readonly turn: Turn | undefined;
}

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
