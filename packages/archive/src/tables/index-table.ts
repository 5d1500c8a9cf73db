import type { Row } from './parquet.ts';

/** What pass 1 says of each message that pass 2 may find to have been there before, or has to count among others of its context. */
export const INDEX_COLUMNS = {
  /** Which shard decides it. */
  shard: { type: 'INT32' },
  /** Empty: none. */
  context: { type: 'STRING' },
  /** Number of its line in the segment, from 1; 0 of a segment that is one message. */
  line: { type: 'INT64' },
  message_bytes: { type: 'INT32' },
  /** By which it is known again. */
  seen: { type: 'STRING', nullable: true },
  /** The line of its result, as if nobody had seen it before. */
  result: { type: 'STRING' },
} as const;

export type IndexRow = Row<typeof INDEX_COLUMNS>;
