export type { KafkaQueue, KafkaQueueOptions } from './kafka/kafka-queue.ts';
export { kafkaQueue } from './kafka/kafka-queue.ts';
export type { KafkaResultsOptions } from './kafka/kafka-results.ts';
export { kafkaResults } from './kafka/kafka-results.ts';
export type { KafkaSegmentsOptions } from './kafka/kafka-segments.ts';
export { kafkaSegments } from './kafka/kafka-segments.ts';
