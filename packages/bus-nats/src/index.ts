export { natsInlet } from './nats-inlet.ts';
export type { NatsDelivery, NatsInletOptions } from './nats-inlet.ts';
export { natsOutlet } from './nats-outlet.ts';
export type { NatsOutletOptions } from './nats-outlet.ts';
export { natsRequester, natsRequests } from './nats-requests.ts';
export type { NatsRequestInletOptions, NatsRequestOptions } from './nats-requests.ts';
