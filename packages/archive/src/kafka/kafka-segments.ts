import { Fault } from '@parley/core';
import type { Kind } from '@parley/core/internal';
import { listOf, optional, port, requireOptions, shapeOf, textLike, whole } from '@parley/core/internal';
import type { Kafka } from 'kafkajs';
import type { Segment, SegmentSource } from '../job/segment.ts';
import { readRange } from './read-range.ts';
import { linesOf } from './record-line.ts';
import type { TopicRange } from './topic-range.ts';
import { rangeOf, segmentOf } from './topic-range.ts';
import { unavailable } from './unavailable.ts';

export interface KafkaSegmentsOptions {
  readonly kafka: Kafka;
  /** The value of each record is a message. */
  readonly topics: readonly string[];
  /** Offsets of a segment. Default 100,000. */
  readonly segmentRecords?: number | undefined;
  /** How long nothing may come of what a topic says it has. Default 60 s. */
  readonly silenceMaxMs?: number | undefined;
}

export const TOPIC: Kind<string> = textLike(/^[A-Za-z0-9._-]{1,249}$/, 'the name of a topic');
const OPTIONS: Kind<KafkaSegmentsOptions> = shapeOf<KafkaSegmentsOptions>({
  kafka: port<Kafka>('consumer', 'producer', 'admin'),
  topics: listOf(TOPIC, 1),
  segmentRecords: optional(whole(1)),
  silenceMaxMs: optional(whole(1)),
});

const SEGMENT_RECORDS = 100_000;
const SILENCE_MAX_MS = 60_000;

/**
 * Topics as an archive: ranges of offsets of their partitions are its segments, up to where the topics end when its verification begins. What
 * comes later is another archive. A record is called TOPIC/PARTITION/OFFSET.
 * @throws Fault `caller.option-invalid`; its methods `caller.input-unreadable`, `internal.bus-unavailable`
 */
export function kafkaSegments(options: KafkaSegmentsOptions): SegmentSource {
  requireOptions(OPTIONS, options, 'options');
  const { kafka, segmentRecords = SEGMENT_RECORDS, silenceMaxMs = SILENCE_MAX_MS } = options;
  return {
    segments: async () => rangesOf(await keptBy(options), segmentRecords).map(segmentOf),
    holds: async (segments) => holds(await keptBy(options), segments),
    log(segment) {
      const range = rangeOf(segment);
      if (range === undefined) throw new Fault('caller.input-unreadable', { file: segment.name, reason: 'no topic' });
      return { name: `${segment.name}.ndjson`, octets: octetsOf(kafka, range, silenceMaxMs) };
    },
  };
}

/** What topics have of each partition. */
async function keptBy({ kafka, topics }: KafkaSegmentsOptions): Promise<readonly TopicRange[]> {
  const admin = kafka.admin();
  try {
    await admin.connect();
    const kept: TopicRange[] = [];
    for (const topic of topics)
      for (const { partition, low, high } of await admin.fetchTopicOffsets(topic))
        kept.push({ topic, partition, start: Number(low), end: Number(high) });
    return kept.sort((left, right) => (left.topic === right.topic ? left.partition - right.partition : 0));
  } catch (error) {
    throw unavailable(error);
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}

/** In pieces, the first of all partitions first: about in the order of their times. */
function rangesOf(kept: readonly TopicRange[], segmentRecords: number): readonly TopicRange[] {
  const pieces = kept.flatMap(({ start, end, ...of }) =>
    Array.from({ length: Math.ceil((end - start) / segmentRecords) }, (_, number) => {
      const from = start + number * segmentRecords;
      return { number, range: { ...of, start: from, end: Math.min(end, from + segmentRecords) } };
    }),
  );
  return pieces.sort((left, right) => left.number - right.number).map(({ range }) => range);
}

/** Whether the topics are those that the segments were all of, once. What is deleted since need not be there: it may be indexed already. */
function holds(kept: readonly TopicRange[], segments: readonly Segment[]): boolean {
  const topics = new Set(kept.map(({ topic }) => topic));
  return (
    segments.every((segment) => {
      const range = rangeOf(segment);
      if (range === undefined || (!topics.delete(range.topic) && !kept.some(({ topic }) => topic === range.topic)))
        return false;
      return kept.some(
        ({ topic, partition, end }) => topic === range.topic && partition === range.partition && range.end <= end,
      );
    }) && topics.size === 0
  );
}

async function* octetsOf(kafka: Kafka, range: TopicRange, silenceMaxMs: number): AsyncGenerator<Uint8Array> {
  const place = `${range.topic}/${range.partition}`;
  let next = BigInt(range.start);
  for await (const records of readRange(kafka, range, silenceMaxMs)) {
    yield linesOf(records, place, next);
    next = BigInt(records.at(-1)?.offset ?? next) + 1n;
  }
}
