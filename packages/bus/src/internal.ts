// For adapters of ours; no promise is made for it.
export { DeliveryQueue } from './adapter/delivery-queue.ts';
export { Places } from './adapter/places.ts';
