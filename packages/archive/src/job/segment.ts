import type { LogSource } from '@parley/log';

/** A piece of an archive: a log, of a name and a size that tell whether it is still the same. */
export interface Segment {
  readonly name: string;
  readonly sizeBytes: number;
}

/** Where the segments of an archive come from. */
export interface SegmentSource {
  /** All of them, in the order of the archive. */
  segments(): Promise<readonly Segment[]>;
  /**
   * Of what grows: whether it is what these were all of, once. An archive of it is then what it was when its verification began; without
   * this, one that has grown is another.
   * @throws Fault `caller.input-unreadable`, `internal.bus-unavailable`
   */
  readonly holds?: ((segments: readonly Segment[]) => Promise<boolean>) | undefined;
  /** What `readSections` reads. @throws Fault `caller.input-unreadable` */
  log(segment: Segment): LogSource;
}
