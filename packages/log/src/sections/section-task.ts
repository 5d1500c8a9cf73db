/** Between main and a worker that reads a section. */
import type { FailedReply } from '@parley/core';
import type { WorkerTask } from '@parley/engine/internal';
import type { FollowedHeaders } from '../sequence-ledger.ts';
import type { AtPolicy } from '../verify-log.ts';

/** Whose lines of the results are wanted. */
export type WantedResults = 'all' | 'refused' | 'none';

/** What holds for a whole run. */
export interface SectionRules {
  readonly at: AtPolicy;
  readonly messageBytesMax: number;
  readonly results: WantedResults;
  /** Whether it is looked for messages that were seen before. */
  readonly replays: boolean;
  /** Whether sequences are followed. */
  readonly sequences: boolean;
}

/** Lines that begin in [start, end) of a file of this process, or all of shared memory up to `end`. */
export interface SectionSource {
  readonly fd: number | undefined;
  readonly octets: SharedArrayBuffer | undefined;
  readonly start: number;
  readonly end: number;
  /** Whether the log begins here. */
  readonly isStart: boolean;
}

export interface SectionTask extends WorkerTask {
  readonly kind: typeof SECTION;
  readonly source: SectionSource;
  /** Only these lines, by offset from `start` and length; `undefined`: all. */
  readonly lines: readonly number[] | undefined;
  readonly rules: SectionRules;
  /** Contexts that could not be looked up, by identifier: the answer to each message that needs one. */
  readonly failures: readonly (readonly [identifier: string, reply: FailedReply])[];
}

export const SECTION = 'section';

/** Words (int32) of a record. */
export const RECORD_WORDS = 16;

/** Offsets of words in a record; those of times and fingerprints are of several. */
export const Word = {
  /** {@link GOOD}, {@link NEEDS}, or one more than the index of a refusal. */
  status: 0,
  /** Index of the context that proved it, or that it needs, among the identifiers. */
  context: 1,
  /** Number of the line in the section, from 1. */
  line: 2,
  /** Of the message. */
  lengthBytes: 3,
  /** Length of its line of the results, in characters; they lie one behind the other. 0: none. */
  resultLength: 4,
  /** Whether the record has an id of its own. Without one, its line of the results lacks it. */
  hasId: 5,
  /** When it is judged, as a float64; NaN: unknown. */
  atMs: 6,
  /** Three words by which it is known again. */
  print: 8,
  /** One more than the index of what it says about sequences; 0: nothing. */
  sequences: 11,
  /** Of the line, from the start of the section. */
  lineStart: 12,
  lineLength: 13,
} as const;

export const GOOD = 0;
/** It is to be sent again with the context that it needs. */
export const NEEDS = -1;

/** Words in front of the records: where the other parts of the answer are. */
export const DIRECTORY_WORDS = 8;
export const Part = { count: 0, results: 1, ids: 3, texts: 5 } as const;

/** What is said once for a section, as JSON. */
export interface SectionTexts {
  /** Lines of the section, blank ones included. */
  readonly lines: number;
  readonly contexts: readonly string[];
  readonly refusals: readonly (readonly [FailedReply['code'], FailedReply['detail']])[];
  readonly sequences: readonly FollowedHeaders[];
}
