export type { KafkaResultsOptions } from './kafka/kafka-results.ts';
export { kafkaResults } from './kafka/kafka-results.ts';
export type { KafkaSegmentsOptions } from './kafka/kafka-segments.ts';
export { kafkaSegments } from './kafka/kafka-segments.ts';
