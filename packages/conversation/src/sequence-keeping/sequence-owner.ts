/** Whose the sequences are that a message may be about. What is kept of them is kept under that name: no other message reaches it (T86, T106). */
export interface SequenceOwner {
  /** Of the records. */
  readonly partition: string;
  /** Which requests for sequences may name; `undefined` where each message is proven by itself. */
  readonly context: string | undefined;
}

/** The context that a message is under. */
export function contextOwner(identifier: string): SequenceOwner {
  return { partition: `responder ${identifier}`, context: identifier };
}

/** Whoever sent a message that is under none. */
export function principalOwner(principal: string): SequenceOwner {
  return { partition: `principal ${principal}`, context: undefined };
}
