export { kafkaInlet } from './kafka-inlet.ts';
export type { KafkaDelivery, KafkaInlet, KafkaInletOptions } from './kafka-inlet.ts';
export { kafkaOutlet } from './kafka-outlet.ts';
export type { KafkaOutletOptions } from './kafka-outlet.ts';
export { kafkaCommit } from './kafka-commit.ts';
export type { KafkaCommitOptions } from './kafka-commit.ts';
