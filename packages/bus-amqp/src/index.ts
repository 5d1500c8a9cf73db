export { amqpInlet } from './amqp-inlet.ts';
export type { AmqpDelivery, AmqpInletOptions } from './amqp-inlet.ts';
export { amqpOutlet } from './amqp-outlet.ts';
export type { AmqpOutletOptions, SoapJms } from './amqp-outlet.ts';
