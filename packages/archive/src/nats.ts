export type { NatsQueueOptions } from './nats/nats-queue.ts';
export { natsQueue } from './nats/nats-queue.ts';
