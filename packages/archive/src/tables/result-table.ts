import { parseInstant } from '@parley/core/internal';
import type { Row } from './parquet.ts';

/** One row for each record of an archive: what a line of `parley verify --out` says, and where the record stands. */
export const RESULT_COLUMNS = {
  id: { type: 'STRING' },
  ok: { type: 'BOOLEAN' },
  code: { type: 'STRING', nullable: true },
  context: { type: 'STRING', nullable: true },
  /** A list as JSON. */
  signed: { type: 'STRING' },
  /** A list as JSON. */
  encrypted: { type: 'STRING' },
  judged_at: { type: 'TIMESTAMP', nullable: true },
  /** An object as JSON. */
  detail: { type: 'STRING', nullable: true },
  /** Place of its segment in the archive, from 0. */
  segment: { type: 'INT32' },
  /** Number of its line in the segment, from 1; 0 of a segment that is one message. */
  line: { type: 'INT64' },
  message_bytes: { type: 'INT32' },
} as const;

export type ResultRow = Row<typeof RESULT_COLUMNS>;

/** Where a record stands, and how long its message is. */
export interface RecordPlace {
  readonly segment: number;
  readonly line: number;
  readonly messageBytes: number;
}

interface ResultLine {
  readonly id: string;
  readonly ok: boolean;
  readonly code: string | null;
  readonly context: string | null;
  readonly signed: readonly string[];
  readonly encrypted: readonly string[];
  readonly at: string | null;
  readonly detail?: Readonly<Record<string, unknown>>;
}

/** The row of a line of results. */
export function rowOfLine(line: string, { segment, line: number, messageBytes }: RecordPlace): ResultRow {
  const { id, ok, code, context, signed, encrypted, at, detail } = JSON.parse(line) as ResultLine;
  return {
    id,
    ok,
    code: code ?? undefined,
    context: context ?? undefined,
    signed: JSON.stringify(signed),
    encrypted: JSON.stringify(encrypted),
    judged_at: at === null ? undefined : new Date(parseInstant(at)),
    detail: detail && JSON.stringify(detail),
    segment,
    line: number,
    message_bytes: messageBytes,
  };
}
