import type { OctetTemplate } from '@parley/codec/internal';
import type { PlannedSignature } from '../plan/signatures.ts';
import type { MessageClaims } from '../read/message.ts';
import type { KeyHoles } from './key-holes.ts';

/**
 * What is the same in all messages of a shape, and in which holes the rest is. Holes are numbers; -1 where there is none.
 * Everything here was found by the readers and the planner in a message that was opened in full, under one policy.
 */
export interface MessageTemplate {
  /** {@link shapeOf} the message it was made of. */
  readonly shape: number;
  readonly octets: OctetTemplate;
  /** Of the tape of marks: where things stand and what they are called. Its Timestamp is not a message's. */
  readonly claims: MessageClaims;
  readonly signature: PlannedSignature;
  /** The reference to the Body. */
  readonly body: number;
  /** Elements that the signature covers. */
  readonly signed: ReadonlySet<number>;
  readonly key: KeyHoles;
  readonly signatureValue: number;
  /** Of each reference of the signature. */
  readonly digestValues: readonly number[];
  readonly created: number;
  readonly expires: number;
  /** By the place of their names in `ADDRESSING_NAMES`. */
  readonly addressing: readonly number[];
}
