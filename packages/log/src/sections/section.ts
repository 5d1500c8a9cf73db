import type { Kind } from '@parley/core/internal';
import { callback, FLAG, instanceOf, OCTETS, objectWith, only, readable, tagged, whole } from '@parley/core/internal';
import type { LogEntry } from '../log-entry.ts';

/** One log, as its sections have it in common. */
export class SectionedLog {
  readonly name: string;
  /** Lines before the section whose turn it is. */
  lines = 0;

  constructor(name: string) {
    this.name = name;
  }
}

/** A piece of a log, of whole lines but for the first kind. Its log counts the lines. */
export type Section = FileSection | OctetsSection | LongLine | WholeEntry;

/** The lines that begin in [start, end) of an open file. */
export interface FileSection {
  readonly kind: 'file';
  readonly log: SectionedLog;
  /** Open until {@link release}. */
  readonly fd: number;
  readonly start: number;
  readonly end: number;
  /** To be called once it is answered. */
  readonly release: () => void;
}

/** Lines that came another way, in shared memory. */
export interface OctetsSection {
  readonly kind: 'octets';
  readonly log: SectionedLog;
  readonly octets: Uint8Array<SharedArrayBuffer>;
  readonly isStart: boolean;
}

/** A line that nobody kept, for its length. */
export interface LongLine {
  readonly kind: 'long-line';
  readonly log: SectionedLog;
  readonly sizeBytes: number;
}

/** A log that is one message, or too large to be one. */
export interface WholeEntry {
  readonly kind: 'entry';
  readonly entry: LogEntry;
}

const LOG = instanceOf<SectionedLog>(SectionedLog);

/** One that `readSections` gives. */
export const SECTION: Kind<Section> = tagged('kind', {
  file: objectWith<FileSection>({
    kind: only('file'),
    log: LOG,
    fd: whole(),
    start: whole(),
    end: whole(),
    release: callback(),
  }),
  octets: objectWith<OctetsSection>({
    kind: only('octets'),
    log: LOG,
    octets: OCTETS as Kind<Uint8Array<SharedArrayBuffer>>,
    isStart: FLAG,
  }),
  'long-line': objectWith<LongLine>({ kind: only('long-line'), log: LOG, sizeBytes: whole() }),
  entry: objectWith<WholeEntry>({ kind: only('entry'), entry: readable() }),
});
