import type { Row } from './parquet.ts';

/** What pass 1 says of each message that needs a key: which context it is of, and where its line lies. */
export const INDEX_COLUMNS = {
  /** Which shard verifies it. */
  shard: { type: 'INT32' },
  context: { type: 'STRING' },
  /** Number of its line in the segment, from 1; 0 of a segment that is one message. */
  line: { type: 'INT64' },
  id: { type: 'STRING' },
  /** When its record says that it was sent or received. */
  recorded_at: { type: 'TIMESTAMP', nullable: true },
  message_bytes: { type: 'INT32' },
  /** Of the line in the segment, or in its copied lines. */
  start: { type: 'INT64' },
  length: { type: 'INT32' },
} as const;

export type IndexRow = Row<typeof INDEX_COLUMNS>;
