import type { FailedReply } from '@parley/core';
import type { SectionVerifier } from '@parley/log';
import type { IndexedRun } from '../job/done.ts';
import type { Job } from '../job/job.ts';
import type { Phase } from '../job/names.ts';
import type { SegmentSource } from '../job/segment.ts';
import type { ObjectStore } from '../objects/object-store.ts';
import type { ResultSink } from './result-sink.ts';

/** What happens while an archive is verified. */
export type ArchiveEvent =
  | {
      readonly kind: 'planned';
      readonly segments: number;
      readonly sizeBytes: number;
      readonly shards: number;
    }
  | { readonly kind: 'begun'; readonly phase: Phase; readonly number: number }
  | { readonly kind: 'done'; readonly phase: Phase; readonly number: number }
  /** So many octets of a segment were read. */
  | { readonly kind: 'read'; readonly bytes: number }
  /** So many messages more have a result. */
  | { readonly kind: 'answered'; readonly valid: number; readonly refused: number }
  /** Something failed again that may pass, and is tried again. */
  | ({ readonly kind: 'waiting' } & Pick<FailedReply, 'code' | 'detail'>);

/** All that units are done with. */
export interface Bench {
  readonly job: Job;
  readonly source: SegmentSource;
  /** Of all that is made. */
  readonly store: ObjectStore;
  /** Threads of the pool. */
  readonly workers: number;
  readonly pool: () => SectionVerifier;
  /** Runs of a segment, which is asked for once, whatever the number of shards. @throws Fault of reading */
  readonly runsOf: (segment: number) => Promise<readonly IndexedRun[]>;
  readonly sink: ResultSink | undefined;
  readonly signal: AbortSignal | undefined;
  readonly tell: (event: ArchiveEvent) => void;
}
