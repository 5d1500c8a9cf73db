/** Names of what a job makes. They follow from the job and from what is in it, so that whoever does a unit again makes nothing new. */

const digits = (number: number, count: number): string => String(number).padStart(count, '0');

/** What a unit is about: a segment to be verified, or a shard in which replays are found. */
export type Phase = 'index' | 'verify';

/** A piece of work. It can be done again, by anybody, at any time: the same comes of it. */
export interface Unit {
  readonly phase: Phase;
  /** Of its segment or shard, from 0. */
  readonly number: number;
}

const OF: Readonly<Record<Phase, string>> = { index: 'segment', verify: 'shard' };

/** Of what says that a unit is done, and what came of it. */
export function doneName({ phase, number }: Unit): string {
  return `done/${OF[phase]}-${digits(number, 6)}.json`;
}

/** Of a Parquet file of results. */
export function resultsName({ phase, number }: Unit, part: number): string {
  return `results/${OF[phase]}-${digits(number, 6)}-${digits(part, 4)}.parquet`;
}

/** Of the index of a run of a segment, whose octets have that digest: with other keys another attempt makes another, and only one counts. */
export function indexName(segment: number, run: number, digest: string): string {
  return `${runName(segment, run, digest)}.parquet`;
}

/** Of where in the index of that run each shard is. */
export function slicesName(segment: number, run: number, digest: string): string {
  return `${runName(segment, run, digest)}.slices`;
}

function runName(segment: number, run: number, digest: string): string {
  return `index/segment-${digits(segment, 6)}-${digits(run, 4)}-${digest}`;
}
