// For adapters of ours; no promise is made for it.
export { AwaitedAnswers } from './adapter/awaited-answers.ts';
export { DeliveryQueue } from './adapter/delivery-queue.ts';
export { Places } from './adapter/places.ts';
