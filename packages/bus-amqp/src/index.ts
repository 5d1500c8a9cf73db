export { amqpInlet } from './amqp-inlet.ts';
export type { AmqpDelivery, AmqpInletOptions } from './amqp-inlet.ts';
export { amqpOutlet } from './amqp-outlet.ts';
export type { AmqpOutletOptions, SoapJms } from './amqp-outlet.ts';
export { amqpRequester, amqpRequests } from './amqp-requests.ts';
export type { AmqpRequestInletOptions, AmqpRequesterOptions } from './amqp-requests.ts';
