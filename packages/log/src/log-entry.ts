import type { FailedReply } from '@parley/core';

/** A message of a log. */
export interface LogMessage {
  readonly kind: 'message';
  /** The record's own `id`, else `file:line`, or the file's name when it is one message. */
  readonly id: string;
  /** When it was sent or received, epoch milliseconds; `undefined` when the log does not say. */
  readonly atMs: number | undefined;
  /** The octets, owned by whoever takes the entry. */
  readonly message: Uint8Array;
}

/** A record that is not a message, or one that is too large to be looked at. */
export interface LogRefusal {
  readonly kind: 'refused';
  readonly id: string;
  /** `caller.input-invalid` (not a record) or `peer.limit-message-size`. */
  readonly reply: FailedReply;
  /** Size of the record as it stands in the log. */
  readonly sizeBytes: number;
}

/** What reading a log yields, one per record, in order. */
export type LogEntry = LogMessage | LogRefusal;
