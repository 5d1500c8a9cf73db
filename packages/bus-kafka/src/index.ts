export { kafkaInlet } from './kafka-inlet.ts';
export type { KafkaDelivery, KafkaInlet, KafkaInletOptions } from './kafka-inlet.ts';
export { kafkaOutlet } from './kafka-outlet.ts';
export type { KafkaOutletOptions } from './kafka-outlet.ts';
export { kafkaCommit } from './kafka-commit.ts';
export type { KafkaCommitOptions } from './kafka-commit.ts';
export { platformaticKafka } from './platformatic-kafka.ts';
export type { PlatformaticOptions } from './platformatic-kafka.ts';
export type { PlatformaticLibrary } from './platformatic-types.ts';
