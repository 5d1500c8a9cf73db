export { rabbitInlet } from './rabbit-inlet.ts';
export type { RabbitConnection, RabbitDelivery, RabbitInletOptions } from './rabbit-inlet.ts';
export { rabbitOutlet } from './rabbit-outlet.ts';
export type { RabbitOutletOptions } from './rabbit-outlet.ts';
export { rabbitRequester, rabbitRequests } from './rabbit-requests.ts';
export type { RabbitRequesterOptions, RabbitRequestInletOptions } from './rabbit-requests.ts';
