import type { Segment } from '../job/segment.ts';

/** Offsets [start, end) of a partition. */
export interface TopicRange {
  readonly topic: string;
  readonly partition: number;
  readonly start: number;
  readonly end: number;
}

/** Nobody says how long records are before they are read. */
const RECORD_BYTES_GUESSED = 4096;
const NAME = /^([A-Za-z0-9._-]+)\/(\d+)\/(\d+)-(\d+)$/;

/** A range as a segment, whose size is a guess. */
export function segmentOf({ topic, partition, start, end }: TopicRange): Segment {
  return { name: `${topic}/${partition}/${start}-${end}`, sizeBytes: (end - start) * RECORD_BYTES_GUESSED };
}

/** The range that a segment is; `undefined` if it is none. */
export function rangeOf({ name }: Segment): TopicRange | undefined {
  const [, topic, partition, start, end] = NAME.exec(name) ?? [];
  if (topic === undefined) return undefined;
  return { topic, partition: Number(partition), start: Number(start), end: Number(end) };
}
